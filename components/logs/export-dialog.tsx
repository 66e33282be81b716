"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { count } from "@/components/data/format";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { onDemand } from "@/components/ui/on-demand";
import { type exportLogs, maxExportedRows } from "@/server/logs/contract";
import type { CallOf } from "@/server/platform/http/contract";
import type { Bounds, SearchFilters } from "./search-params";

// Loaded when one is opened.
const ExportForm = onDemand(async () => (await import("./export-form")).ExportForm);

export interface ExportProps {
  scope: CallOf<typeof exportLogs>["body"]["scope"];
  q?: string | null;
  filters: SearchFilters;
  bounds: Bounds;
  /** The button's words. */
  label?: string;
}

/** The entries that the list shows, as a file. That it was made is on the audit log. */
export function ExportMenu(props: ExportProps) {
  const [isOpen, setIsOpen] = useState(false);
  const may = useMay("exports:create");
  if (!may) return null;
  return (
    <>
      <Button size="small" icon={<Download />} onClick={() => setIsOpen(true)}>
        {props.label ?? "Export"}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title="Export log entries"
        description={`Everything that the filters and the time let through, oldest first, up to ${count(maxExportedRows)} entries.`}
      >
        {isOpen ? <ExportForm {...props} /> : null}
      </Dialog>
    </>
  );
}
