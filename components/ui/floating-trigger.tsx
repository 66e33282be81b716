"use client";

// What opens a floating layer. The layer's code is fetched when somebody is about to open it, so a page of fifty menus
// loads as if it had none.

import { cloneElement, type ReactElement, type ReactNode, type RefObject, Suspense, useRef, useState } from "react";
import { triggerButton } from "@/components/ui/trigger";

/** What a layer is told by its trigger. */
export interface Floating {
  open: boolean;
  onOpenChange(open: boolean): void;
  anchor: RefObject<HTMLElement | null>;
}

interface TriggerProps {
  trigger: ReactNode;
  kind: "menu" | "dialog";
  load(): Promise<unknown>;
  popup(floating: Floating): ReactNode;
}

interface Wired {
  ref?: RefObject<HTMLElement | null>;
  onClick?: () => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  "aria-haspopup"?: "menu" | "dialog";
  "aria-expanded"?: boolean;
  "data-popup-open"?: "" | undefined;
}

export function FloatingTrigger({ trigger, kind, load, popup }: TriggerProps) {
  const anchor = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const prepare = () => void load();
  const button: ReactElement<Wired> = triggerButton(trigger);
  return (
    <>
      {cloneElement(button, {
        ref: anchor,
        onClick: () => {
          setWasOpened(true);
          setOpen(!open);
        },
        onPointerEnter: prepare,
        onFocus: prepare,
        "aria-haspopup": kind,
        "aria-expanded": open,
        "data-popup-open": open ? "" : undefined,
      })}
      {wasOpened ? <Suspense>{popup({ open, onOpenChange: setOpen, anchor })}</Suspense> : null}
    </>
  );
}
