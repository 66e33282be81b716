"use client";

import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { NumberField, TextField } from "@/components/ui/field";
import { ErrorState } from "@/components/ui/states";
import type { PriceEntry } from "@/server/policies/wire";

interface DialogProps {
  /** null: a new one. */
  entry: PriceEntry | null;
  isPending: boolean;
  problem: Error | null;
  onClose(): void;
  onSave(entry: PriceEntry): void;
  onRemove(): void;
}

export function PriceDialog({ entry, problem, onSave, ...rest }: Readonly<DialogProps>) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave(entryOf(new FormData(event.currentTarget)));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || rest.onClose()}
      title={entry === null ? "Add a model" : entry.model}
      description="Holds for runs that start from now on; runs that have started keep their prices."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <PriceFields entry={entry} />
        {problem === null ? null : <ErrorState error={problem} />}
        <Buttons isNew={entry === null} {...rest} />
      </form>
    </Dialog>
  );
}

function PriceFields({ entry }: Readonly<{ entry: PriceEntry | null }>) {
  const price = { unit: "cents", min: 0, step: "any", required: true } as const;
  return (
    <>
      <TextField name="model" label="Model" mono required defaultValue={entry?.model ?? ""} />
      <TextField
        name="provider"
        label="Provider"
        isOptional
        hint="Empty: whoever serves the model."
        defaultValue={entry?.provider ?? ""}
      />
      <NumberField
        name="input"
        label="Input, a million tokens"
        {...price}
        defaultValue={entry?.input_cents_per_million ?? ""}
      />
      <NumberField
        name="output"
        label="Output, a million tokens"
        {...price}
        defaultValue={entry?.output_cents_per_million ?? ""}
      />
      <TextField name="as_of" label="Day of the price list" type="date" isOptional defaultValue={entry?.as_of ?? ""} />
    </>
  );
}

interface ButtonsProps extends Pick<DialogProps, "isPending" | "onClose" | "onRemove"> {
  isNew: boolean;
}

function Buttons({ isNew, isPending, onClose, onRemove }: Readonly<ButtonsProps>) {
  return (
    <div className="flex justify-end gap-2">
      {isNew ? null : (
        <Button variant="danger" className="mr-auto" onClick={onRemove} disabled={isPending}>
          Remove
        </Button>
      )}
      <Button variant="quiet" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" variant="primary" pending={isPending}>
        Save
      </Button>
    </div>
  );
}

function entryOf(form: FormData): PriceEntry {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  return {
    model: text("model"),
    ...(text("provider") === "" ? {} : { provider: text("provider") }),
    input_cents_per_million: Number(text("input")),
    output_cents_per_million: Number(text("output")),
    ...(text("as_of") === "" ? {} : { as_of: text("as_of") }),
  };
}
