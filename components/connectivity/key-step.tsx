"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Failed } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SelectField } from "@/components/ui/field";
import { onDemand } from "@/components/ui/on-demand";
import { Skeleton } from "@/components/ui/skeleton";
import { type ApiKey, type IssuedApiKey, listApiKeys } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";
import { KeyMark } from "./key-mark";
import { pickableKeys } from "./search-params";

// Loaded when one is opened.
const NewKeyDialog = onDemand(async () => (await import("./key-dialogs")).NewKeyDialog);

interface KeyStepProps {
  keyId: string | null;
  /** Of the key that was made on this page. */
  secret: string | null;
  onPick: (key: ApiKey | null) => void;
  onIssued: (key: IssuedApiKey) => void;
}

/** Pick one of the tenant's keys, or make one. */
export function KeyStep({ keyId, secret, onPick, onIssued }: KeyStepProps) {
  const mayRead = useMay("keys:read");
  const keys = useQuery({ ...api.query(listApiKeys, pickableKeys), enabled: mayRead });
  if (!mayRead) {
    return (
      <Callout tone="info" title="Ask for a key">
        Owners and admins make keys, under Connectivity → API Keys. It needs the scope <code>runs:write</code>.
      </Callout>
    );
  }
  if (keys.error && keys.data === undefined) return <Failed error={keys.error} retry={() => void keys.refetch()} />;
  if (keys.data === undefined) return <Skeleton className="h-14 w-full" />;
  const usable = keys.data.items.filter((key) => !key.frozen && key.scopes.includes("runs:write"));
  const picked = keys.data.items.find((key) => key.key_id === keyId);
  return (
    <div className="flex flex-col gap-3">
      <KeyChoice keys={usable} keyId={keyId} onPick={onPick} onIssued={onIssued} />
      {picked ? <Picked apiKey={picked} hasSecret={secret !== null} /> : null}
    </div>
  );
}

interface KeyChoiceProps {
  keys: readonly ApiKey[];
  keyId: string | null;
  onPick: (key: ApiKey | null) => void;
  onIssued: (key: IssuedApiKey) => void;
}

function KeyChoice({ keys, keyId, onPick, onIssued }: KeyChoiceProps) {
  const [isMaking, setIsMaking] = useState(false);
  const mayMake = useMay("keys:manage");
  const options = keys.map((key) => ({ value: key.key_id, label: `${key.name} (${key.prefix}…)` }));
  return (
    <div className="flex flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1 basis-72">
        <SelectField
          name="key"
          label="Key"
          hint="Active keys that may start runs."
          options={[{ value: "", label: keys.length === 0 ? "there is none yet" : "any of them" }, ...options]}
          value={keyId ?? ""}
          onChange={(event) => onPick(keys.find((key) => key.key_id === event.target.value) ?? null)}
        />
      </div>
      {mayMake ? (
        <Button icon={<Plus />} onClick={() => setIsMaking(true)} className="mb-5">
          New key
        </Button>
      ) : null}
      {isMaking ? <NewKeyDialog onClose={() => setIsMaking(false)} onIssued={onIssued} /> : null}
    </div>
  );
}

function Picked({ apiKey, hasSecret }: { apiKey: ApiKey; hasSecret: boolean }) {
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
      <KeyMark apiKey={apiKey} />
      {apiKey.agent_ids.length === 0 ? "may name any agent" : `may name ${apiKey.agent_ids.join(", ")}`}
      <span>
        {apiKey.last_used_at === null ? (
          "never used"
        ) : (
          <>
            last used <Time at={apiKey.last_used_at} />
          </>
        )}
      </span>
      {hasSecret ? <span className="text-ink">Its secret is in the code below, in this page only.</span> : null}
    </p>
  );
}
