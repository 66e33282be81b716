"use client";

import { awayTitle, FaultNotice, failedTitle, isAwayFault } from "@/components/shell/fault-notice";

export default function ConsoleError({ error, retry }: Readonly<{ error: unknown; retry(): void }>) {
  return (
    <div className="flex max-w-xl flex-col gap-4 p-4">
      <h1 className="font-semibold text-xl">{isAwayFault(error) ? awayTitle : failedTitle}</h1>
      <FaultNotice error={error} again={retry} />
    </div>
  );
}
