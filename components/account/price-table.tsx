"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { money } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Mark } from "@/components/ui/mark";
import { onDemand } from "@/components/ui/on-demand";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { api } from "@/server/platform/http/client";
import { getPrices, replacePrices } from "@/server/policies/contract";
import type { PriceEntry, Prices } from "@/server/policies/wire";

// Loaded when one is opened.
const PriceDialog = onDemand(async () => (await import("./price-dialog")).PriceDialog);

/** What models cost, for runs that start from now on. Each change makes a new version of the whole table. */
export function PriceTable() {
  const prices = useQuery(api.query(getPrices, {}));
  return (
    <QueryView query={prices} skeleton={<Skeleton className="h-64" />}>
      {(current) => <Table prices={current} />}
    </QueryView>
  );
}

function Table({ prices }: Readonly<{ prices: Prices }>) {
  const mayManage = useMay("policies:manage");
  const [edited, setEdited] = useState<PriceEntry | "new" | null>(null);
  return (
    <>
      <p className="mb-3 flex flex-wrap items-center gap-x-3 text-muted">
        Version {prices.version}, <Time at={prices.created_at} />
        {prices.integrity.status === "VERIFIED" ? null : <Mark tone="error">Integrity {prices.integrity.status}</Mark>}
        {mayManage ? (
          <span className="ml-auto">
            <Button size="small" icon={<Plus />} onClick={() => setEdited("new")}>
              Add a model
            </Button>
          </span>
        ) : null}
      </p>
      <PriceRows entries={prices.entries} onEdit={mayManage ? setEdited : null} />
      {edited === null ? null : <Edit prices={prices} edited={edited} onClose={() => setEdited(null)} />}
      {prices.entries.length === 0 ? (
        <Callout tone="review" title="No model has a price">
          Costs are unknown, and steps under a cost limit are blocked.
        </Callout>
      ) : null}
    </>
  );
}

interface EditProps {
  prices: Prices;
  edited: PriceEntry | "new";
  onClose(): void;
}

function Edit({ prices, edited, onClose }: Readonly<EditProps>) {
  const toast = useToast();
  const change = useMutation(api.mutation(replacePrices, { refreshes: [getPrices] }));
  const done = () => {
    onClose();
    toast({ title: "Prices saved" });
  };
  const save = (entries: PriceEntry[]) =>
    change.mutate({ body: { entries, version: prices.version } }, { onSuccess: done });
  return (
    <PriceDialog
      entry={edited === "new" ? null : edited}
      isPending={change.isPending}
      problem={change.error}
      onClose={onClose}
      onSave={(entry) => save(withEntry(prices.entries, edited, entry))}
      onRemove={() => save(prices.entries.filter((one) => one !== edited))}
    />
  );
}

function withEntry(all: readonly PriceEntry[], edited: PriceEntry | "new", entry: PriceEntry): PriceEntry[] {
  return edited === "new" ? [...all, entry] : all.map((one) => (one === edited ? entry : one));
}

interface RowsProps {
  entries: readonly PriceEntry[];
  onEdit: ((entry: PriceEntry) => void) | null;
}

function PriceRows({ entries, onEdit }: Readonly<RowsProps>) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-lg border-collapse text-left">
        <thead className="text-muted text-xs">
          <tr className="border-b border-line">
            <th className="py-1 pr-4 font-normal">Model</th>
            <th className="py-1 pr-4 font-normal">Provider</th>
            <th className="py-1 pr-4 text-right font-normal">Input, 1M tokens</th>
            <th className="py-1 pr-4 text-right font-normal">Output, 1M tokens</th>
            <th className="py-1 pr-4 font-normal">List of</th>
            {onEdit === null ? null : <th className="sr-only">Change</th>}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <PriceRow key={`${entry.provider ?? ""}/${entry.model}`} entry={entry} onEdit={onEdit} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PriceRow({ entry, onEdit }: Readonly<Pick<RowsProps, "onEdit"> & { entry: PriceEntry }>) {
  return (
    <tr className="h-(--row) border-b border-line">
      <th scope="row" className="pr-4 font-mono font-normal text-xs">
        {entry.model}
      </th>
      <td className="pr-4">{entry.provider ?? "any"}</td>
      <td className="pr-4 text-right tabular-nums">{money(entry.input_cents_per_million)}</td>
      <td className="pr-4 text-right tabular-nums">{money(entry.output_cents_per_million)}</td>
      <td className="pr-4 text-muted tabular-nums" title={entry.source}>
        {entry.as_of ?? "unknown"}
      </td>
      {onEdit === null ? null : (
        <td>
          <Button variant="quiet" size="small" aria-label={`Change ${entry.model}`} onClick={() => onEdit(entry)}>
            Change
          </Button>
        </td>
      )}
    </tr>
  );
}
