"use client";

import { words } from "@/components/data/format";
import { Meter } from "@/components/data/meter";
import { Mark } from "@/components/ui/mark";
import type { ExportSummary } from "@/server/exports/contract";
import { reviewWord } from "./bundle-kinds";

type Making = Pick<ExportSummary, "status" | "progress" | "stage" | "failure">;

/** How far a bundle is, in one line. */
export function BundleState({ bundle }: { bundle: Making }) {
  if (bundle.status === "ready") return <Mark tone="allow">Ready</Mark>;
  if (bundle.status === "failed") return <Mark tone="error">Failed</Mark>;
  return (
    <span className="flex min-w-40 items-center gap-2">
      <Mark tone="info" quiet>
        {bundle.stage === null ? "Waiting" : words(bundle.stage)}
      </Mark>
      <Meter label="Progress" value={bundle.progress} max={100} near={2} text={`${bundle.progress}%`} />
    </span>
  );
}

export function ReviewMark({ status }: { status: ExportSummary["review_status"] }) {
  const { name, tone } = reviewWord(status);
  return (
    <Mark tone={tone} quiet={status === "PENDING"}>
      {name}
    </Mark>
  );
}
