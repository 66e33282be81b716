"use client";

import {
  cloneElement,
  type FocusEvent,
  isValidElement,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { hideTip, showTip } from "@/components/ui/tip";

interface TooltipProps {
  content: ReactNode;
  children: ReactNode;
}

interface Wired {
  onPointerEnter?: (event: PointerEvent<HTMLElement>) => void;
  onPointerLeave?: () => void;
  onFocus?: (event: FocusEvent<HTMLElement>) => void;
  onBlur?: () => void;
}

/** Extra help on hover and focus. Never the only place of a fact: a screen reader does not get it. */
export function Tooltip({ content, children }: TooltipProps) {
  const isPlain = isValidElement<Wired>(children) && typeof children.type === "string" && children.type !== "button";
  // A disabled button hears no pointer, and a component may not pass the handlers on.
  const anchor: ReactElement<Wired> = isPlain ? children : <span className="inline-flex min-w-0">{children}</span>;
  return cloneElement(anchor, {
    onPointerEnter: (event: PointerEvent<HTMLElement>) => showTip(event.currentTarget, content),
    onPointerLeave: hideTip,
    onFocus: (event: FocusEvent<HTMLElement>) => showTip(event.currentTarget, content),
    onBlur: hideTip,
  });
}
