"use client";

import { useEffect } from "react";
import { isLayerOpen } from "@/components/data/open-layers";

/** For a dialog that a key opened and not a button: what had the focus before gets it back when the dialog is gone. */
export function useReturnedFocus(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      setTimeout(() => {
        const isFree = document.activeElement === document.body && !isLayerOpen();
        if (isFree && before instanceof HTMLElement && before.isConnected) before.focus();
      });
    };
  }, []);
}
