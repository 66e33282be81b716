"use client";

import { useState } from "react";
import { plural } from "@/components/data/format";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import type { IncidentSummary } from "@/server/incidents/contract";

const AcknowledgeAll = onDemand(async () => (await import("./acknowledge-all")).AcknowledgeAll);

/** What can be done to several incidents at once: taking them on. Each is an entry of its own in the audit log. */
export function SelectionBar({ rows, onClear }: { rows: readonly IncidentSummary[]; onClear: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const may = useMay("incidents:respond");
  if (rows.length === 0) return null;
  const active = rows.filter(({ status }) => status === "active");
  const why = may ? (active.length === 0 ? "All of them are acknowledged already" : null) : "Needs incidents:respond";
  return (
    <div
      role="toolbar"
      aria-label="Selected incidents"
      className="sticky bottom-4 mx-auto mt-3 flex items-center gap-3 rounded-lg bg-raised px-3 py-2 shadow-floating"
    >
      <span className="tabular-nums">{plural(rows.length, "incident")} selected</span>
      <Button
        size="small"
        variant="primary"
        aria-disabled={why === null ? undefined : true}
        onClick={() => why === null && setOpen(true)}
      >
        Acknowledge {active.length}
      </Button>
      {why === null ? null : <span className="text-muted text-xs">{why}</span>}
      <Button size="small" variant="quiet" onClick={onClear}>
        Clear
      </Button>
      {isOpen ? <AcknowledgeAll rows={active} onClose={() => setOpen(false)} onDone={onClear} /> : null}
    </div>
  );
}
