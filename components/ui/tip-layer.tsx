"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";
import { currentTip, watchTip } from "@/components/ui/tip";

const TipPopup = lazy(async () => ({ default: (await import("@/components/ui/tip-popup")).TipPopup }));

/** Once per page: draws the tooltip that is open. */
export function TipLayer() {
  const tip = useSyncExternalStore(watchTip, currentTip, () => null);
  if (tip === null) return null;
  return (
    <Suspense>
      <TipPopup tip={tip} />
    </Suspense>
  );
}
