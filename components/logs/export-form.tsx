"use client";

import { type FormEvent, useState } from "react";
import { bytes } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { Button } from "@/components/ui/button";
import { ChoiceField } from "@/components/ui/field";
import { Identifier } from "@/components/ui/identifier";
import { downloadLogs, type SavedFile } from "./download";
import type { ExportProps } from "./export-dialog";
import { rangeOfBounds } from "./search-params";

type State = { at: "asking" } | { at: "making" } | { at: "failed"; error: Error } | { at: "saved"; file: SavedFile };

export function ExportForm(props: ExportProps) {
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
