"use client";

import { Popover as Base } from "@base-ui/react/popover";
import type { ReactNode } from "react";
import type { Floating } from "@/components/ui/floating-trigger";

export function PopoverPopup({
  label,
  children,
  open,
  onOpenChange,
  anchor,
}: { label: string; children: ReactNode } & Floating) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Positioner className="z-50 outline-none" anchor={anchor} sideOffset={4} align="end">
          <Base.Popup
            aria-label={label}
            finalFocus={anchor}
            className="max-h-(--available-height) max-w-[min(26rem,calc(100vw-1rem))] origin-(--transform-origin) overflow-y-auto rounded-lg bg-raised p-3 shadow-floating outline-none transition duration-100 data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0"
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
