"use client";

import { lazy, Suspense, useState } from "react";
import type { DialogProps } from "@/components/ui/dialog-frame";

const DialogFrame = lazy(async () => ({ default: (await import("@/components/ui/dialog-frame")).DialogFrame }));

/** Its code comes when one is opened; then it stays, to close with a movement. */
export function Dialog(props: DialogProps) {
  const [wasOpened, setWasOpened] = useState(false);
  if (props.open && !wasOpened) setWasOpened(true);
  if (!props.open && !wasOpened) return null;
  return (
    <Suspense>
      <DialogFrame {...props} />
    </Suspense>
  );
}
