"use client";

import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";
import { addToast, hadToasts, type ToastMessage, watchToasts } from "@/components/ui/toast-queue";

const ToastStack = lazy(async () => ({ default: (await import("@/components/ui/toast-stack")).ToastStack }));

/** Once per page; it may stand beside what uses it or around it. */
export function ToastRegion({ children }: { children?: ReactNode }) {
  const isUsed = useSyncExternalStore(watchToasts, hadToasts, () => false);
  return (
    <>
      {children}
      {isUsed ? (
        <Suspense>
          <ToastStack />
        </Suspense>
      ) : null}
    </>
  );
}

export function useToast(): (message: ToastMessage) => void {
  return addToast;
}
