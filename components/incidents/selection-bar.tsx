"use client";

import { Check } from "lucide-react";
import { useRef, useState } from "react";
import { plural } from "@/components/data/format";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import type { IncidentSummary } from "@/server/incidents/contract";
import { SeverityMark } from "./marks";
import { useAcknowledgeAll } from "./use-acknowledge-all";

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

interface AllProps {
  rows: readonly IncidentSummary[];
  onClose: () => void;
  onDone: () => void;
}

function AcknowledgeAll({ rows: given, onClose, onDone }: AllProps) {
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
