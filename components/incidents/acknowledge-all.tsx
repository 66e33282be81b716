"use client";

import { Check } from "lucide-react";
import { useRef } from "react";
import { plural } from "@/components/data/format";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import type { IncidentSummary } from "@/server/incidents/contract";
import { SeverityMark } from "./marks";
import { useAcknowledgeAll } from "./use-acknowledge-all";

interface AllProps {
  rows: readonly IncidentSummary[];
  onClose: () => void;
  onDone: () => void;
}

export function AcknowledgeAll({ rows: given, onClose, onDone }: AllProps) {
  // Those that were chosen, also after their states have changed below.
  const rows = useRef(given).current;
  const toast = useToast();
  const { run, done, failed, isRunning } = useAcknowledgeAll();
  async function start(): Promise<void> {
    const failures = await run(rows);
    if (failures > 0) return;
    toast({ title: `${plural(rows.length, "incident")} acknowledged` });
    onDone();
    onClose();
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Acknowledge ${plural(rows.length, "incident")}`}>
      <div className="flex flex-col gap-4">
        <p className="rounded-lg bg-sunken px-3 py-2 text-muted">
          Everybody sees that you have them. Each is an entry of its own in the audit log. Due times stay.
        </p>
        <Chosen rows={rows} done={done} failed={failed} />
        {failed.size === 0 || isRunning ? null : (
          <Callout tone="error" title={`${plural(failed.size, "incident")} could not be acknowledged`} />
        )}
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" pending={isRunning} onClick={() => void start()}>
            Acknowledge
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ChosenProps {
  rows: readonly IncidentSummary[];
  done: ReadonlySet<string>;
  /** What went wrong, by incident. */
  failed: ReadonlyMap<string, string>;
}

function Chosen({ rows, done, failed }: ChosenProps) {
  return (
    <ul className="max-h-64 divide-y divide-line overflow-y-auto border-line border-y">
      {rows.map((row) => (
        <li key={row.incident_id} className="flex items-center gap-2 py-1.5">
          <SeverityMark severity={row.severity} quiet />
          <span className="min-w-0 flex-1 truncate">{row.title}</span>
          {done.has(row.incident_id) ? <Check aria-label="done" className="size-4 text-tone-allow" /> : null}
          {failed.has(row.incident_id) ? (
            <span className="text-tone-deny text-xs">{failed.get(row.incident_id)}</span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
