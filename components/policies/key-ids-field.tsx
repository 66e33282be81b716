"use client";

import { useQuery } from "@tanstack/react-query";
import { idsIn, textOfIds } from "@/components/policies/scope-text";
import { useMay } from "@/components/shell/session";
import { CheckboxField, TextAreaField } from "@/components/ui/field";
import { listApiKeys } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";

type ApiKey = OutputOf<typeof listApiKeys>["items"][number];

interface KeyIdsFieldProps {
  name: string;
  /** One key id a line. */
  value: string;
  onValueChange: (value: string) => void;
  isOptional?: boolean;
  error?: string | undefined;
}

/** API keys by name, for those who may read them; by id for others. */
export function KeyIdsField(props: KeyIdsFieldProps) {
  const mayRead = useMay("keys:read");
  const { data } = useQuery({
    ...api.query(listApiKeys, { query: { status: "active", page_size: 100 } }),
    enabled: mayRead,
    staleTime: 60_000,
  });
  const keys = data?.items ?? [];
  return keys.length === 0 ? <KeyIdsText {...props} /> : <KeyChoices {...props} keys={keys} />;
}

function KeyIdsText({ name, value, onValueChange, isOptional, error }: KeyIdsFieldProps) {
  return (
    <TextAreaField
      name={name}
      label="API keys"
      hint="One key id a line. Ids stand under Connectivity › API Keys."
      isOptional={isOptional}
      mono
      rows={2}
      value={value}
      onChange={(event) => onValueChange(event.target.value)}
      error={error}
    />
  );
}

function KeyChoices(props: KeyIdsFieldProps & { keys: readonly ApiKey[] }) {
  const { name, value, onValueChange, isOptional, error, keys } = props;
  const chosen = idsIn(value);
  const toggle = (id: string) =>
    onValueChange(textOfIds(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]));
  const gone = chosen.filter((id) => !keys.some(({ key_id }) => key_id === id));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-medium text-xs">
        API keys {isOptional ? <span className="font-normal text-faint">optional</span> : null}
      </legend>
      <input type="hidden" name={name} value={value} />
      <div className="grid max-h-40 gap-1.5 overflow-y-auto rounded-md border px-3 py-2">
        {keys.map((key) => (
          <CheckboxField
            key={key.key_id}
            name=""
            label={`${key.name} (${key.prefix}…)`}
            checked={chosen.includes(key.key_id)}
            onChange={() => toggle(key.key_id)}
          />
        ))}
        {gone.length > 0 ? <p className="text-muted text-xs">and {gone.length} that are no longer active</p> : null}
      </div>
      {error ? <p className="mt-1 font-medium text-tone-deny text-xs">{error}</p> : null}
    </fieldset>
  );
}
