"use client";

import { Download } from "lucide-react";
import { type FormEvent, useState } from "react";
import { bytes, count } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ChoiceField } from "@/components/ui/field";
import { Identifier } from "@/components/ui/identifier";
import { type exportLogs, maxExportedRows } from "@/server/logs/contract";
import type { CallOf } from "@/server/platform/http/contract";
import { downloadLogs, type SavedFile } from "./download";
import { type Bounds, rangeOfBounds, type SearchFilters } from "./search-params";

interface ExportProps {
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

type State = { at: "asking" } | { at: "making" } | { at: "failed"; error: Error } | { at: "saved"; file: SavedFile };

function ExportForm(props: ExportProps) {
  const [state, setState] = useState<State>({ at: "asking" });

  function make(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const format = new FormData(event.currentTarget).get("format") === "csv" ? "csv" : "json";
    setState({ at: "making" });
    downloadLogs(bodyOf(props, format)).then(
      (file) => setState({ at: "saved", file }),
      (error: unknown) => setState({ at: "failed", error: error instanceof Error ? error : new Error(String(error)) }),
    );
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={make}>
      <ChoiceField
        name="format"
        label="Format"
        defaultValue="json"
        options={[
          { value: "json", label: "JSON", hint: "Every field, as the API answers it." },
          { value: "csv", label: "CSV", hint: "One line an entry, for a spreadsheet." },
        ]}
      />
      <p className="text-muted">
        The audit log keeps who exported what, with the filters and the checksum of the file.
      </p>
      {state.at === "failed" ? <Failed error={state.error} /> : null}
      {state.at === "saved" ? <Saved file={state.file} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={state.at === "making"}>
          {state.at === "saved" ? "Export again" : "Export"}
        </Button>
      </div>
    </form>
  );
}

function bodyOf({ scope, q, filters, bounds }: ExportProps, format: "json" | "csv") {
  return {
    ...{ scope, format },
    ...(q === null || q === undefined ? {} : { q }),
    ...(Object.keys(filters).length === 0 ? {} : { filters }),
    ...rangeOfBounds(bounds),
  };
}

function Saved({ file }: { file: SavedFile }) {
  return (
    <div role="status" className="rounded-md bg-tone-allow-soft px-3 py-2">
      <p className="font-medium">
        Saved as {file.name}, {bytes(file.size)}
      </p>
      {file.sha256 === null ? null : (
        <p className="flex items-center gap-1 text-muted">
          SHA-256 <Identifier value={file.sha256} label="checksum" />
        </p>
      )}
    </div>
  );
}
