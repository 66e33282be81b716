"use client";

import { lazy, type ReactNode } from "react";
import { FloatingTrigger } from "@/components/ui/floating-trigger";

interface PopoverProps {
  trigger: ReactNode;
  children: ReactNode;
  label: string;
}

const loadPopup = () => import("@/components/ui/popover-popup");
const PopoverPopup = lazy(async () => ({ default: (await loadPopup()).PopoverPopup }));

export function Popover({ trigger, children, label }: PopoverProps) {
  return (
    <FloatingTrigger
      trigger={trigger}
      kind="dialog"
      load={loadPopup}
      popup={(floating) => (
        <PopoverPopup label={label} {...floating}>
          {children}
        </PopoverPopup>
      )}
    />
  );
}
