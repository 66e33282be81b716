"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import { hideTip, type Tip } from "@/components/ui/tip";

export function TipPopup({ tip: { anchor, content } }: { tip: Tip }) {
  return (
    <Base.Root open onOpenChange={(open) => open || hideTip()}>
      <Base.Portal>
        <Base.Positioner className="pointer-events-none z-60" anchor={anchor} sideOffset={6}>
          <Base.Popup className="max-w-80 rounded-md bg-ink px-2 py-1 text-page text-xs tabular-nums shadow-floating">
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
