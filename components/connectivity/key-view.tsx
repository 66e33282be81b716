"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { type Fact, Facts } from "@/components/data/facts";
import { plural, words } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { Timeline } from "@/components/data/timeline";
import { entryHref } from "@/components/logs/entry-href";
import { useMay } from "@/components/shell/session";
import { Button, ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Identifier } from "@/components/ui/identifier";
import { onDemand } from "@/components/ui/on-demand";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { Tooltip } from "@/components/ui/tooltip";
import type { ApiKey } from "@/server/connectivity/contract";
import { type AuditRecord, listAuditLog } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import type { Action } from "@/server/platform/http/contract";
import { Expiry } from "./key-columns";
import type { KeyDeed } from "./key-dialogs";
import { KeyMark } from "./key-mark";
import { scopeGroups } from "./scope-groups";
import { keyHref } from "./search-params";
import { freezeAction, useKey, useKeyFreeze } from "./use-key";

// Loaded when one is opened.
const KeyDialog = onDemand(async () => (await import("./key-dialogs")).KeyDialog);

/** One key, whole: the same beside the list and on its page. */
export function KeyView({ keyId }: { keyId: string }) {
  const key = useKey(keyId);
  return (
    <QueryView query={key} skeleton={<KeySkeleton />}>
      {({ entity, actions }) => <Loaded apiKey={entity} actions={actions} />}
    </QueryView>
  );
}

const deeds: Readonly<Record<string, KeyDeed>> = { rotate: "rotate", revoke: "revoke", freeze: "freeze", lift: "lift" };

function Loaded({ apiKey, actions }: { apiKey: ApiKey; actions: Action[] }) {
  const [deed, setDeed] = useState<KeyDeed | null>(null);
  const freeze = useKeyFreeze(apiKey);
  const offered = [...actions, freezeAction(apiKey, useMay("policies:override"))];
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <div className="flex flex-wrap items-center gap-2">
        <KeyMark apiKey={apiKey} />
        <span className="ml-auto flex flex-wrap gap-2">
          {offered.map((offer) => (
            <DeedButton key={offer.action} offer={offer} onDeed={() => setDeed(deeds[offer.action] ?? null)} />
          ))}
        </span>
      </div>
      {freeze ? (
        <Callout tone="deny" title="This key is frozen">
          “{freeze.reason}”, since <Time at={freeze.created_at} />. {plural(freeze.in_flight.length, "live run")} ended
          by it.
        </Callout>
      ) : null}
      <Section title="Key">
        <KeyFacts apiKey={apiKey} />
      </Section>
      <Section title="Scopes">
        <Scopes scopes={apiKey.scopes} />
      </Section>
      <History keyId={apiKey.key_id} />
      {deed === null ? null : <KeyDialog deed={deed} apiKey={apiKey} freeze={freeze} onClose={() => setDeed(null)} />}
    </div>
  );
}

function DeedButton({ offer, onDeed }: { offer: Action; onDeed: () => void }) {
  const button = (
    <Button
      size="small"
      variant={offer.action === "revoke" || offer.action === "freeze" ? "danger" : "secondary"}
      aria-disabled={!offer.enabled || undefined}
      onClick={() => offer.enabled && onDeed()}
    >
      {offer.label}
      {offer.enabled ? null : <span className="sr-only">: {offer.reason}</span>}
    </Button>
  );
  return offer.enabled ? button : <Tooltip content={offer.reason}>{button}</Tooltip>;
}

function KeyFacts({ apiKey }: { apiKey: ApiKey }) {
  const nameOf = useActorName();
  const items: Fact[] = [
    { label: "Begins with", value: <code>{apiKey.prefix}…</code> },
    { label: "Id", value: <Identifier value={apiKey.key_id} label="key id" /> },
    {
      label: "Agents",
      value: apiKey.agent_ids.length === 0 ? "any" : apiKey.agent_ids.join(", "),
      hint: apiKey.agent_ids.length === 0 ? "Its runs are marked as not verified." : undefined,
    },
    { label: "Created", value: <Time at={apiKey.created_at} mode="exact" />, hint: `by ${nameOf(apiKey.created_by)}` },
    { label: "Expires", value: <Expiry apiKey={apiKey} /> },
    {
      label: "Last used",
      value: apiKey.last_used_at === null ? "never" : <Time at={apiKey.last_used_at} />,
      hint: "To the minute.",
    },
    ...(apiKey.replaced_by === null
      ? []
      : [
          {
            label: "Replaced by",
            value: <Identifier value={apiKey.replaced_by} href={keyHref(apiKey.replaced_by)} label="key id" />,
          },
        ]),
    ...(apiKey.revoked_at === null
      ? []
      : [
          {
            label: "Revoked",
            value: <Time at={apiKey.revoked_at} mode="exact" />,
            hint: `by ${apiKey.revoked_by === null ? "unknown" : nameOf(apiKey.revoked_by)}${apiKey.revoked_reason ? `: “${apiKey.revoked_reason}”` : ""}`,
          },
        ]),
  ];
  return <Facts items={items} />;
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const said = new Map<string, string>(
    scopeGroups.flatMap((group) => group.scopes.map(({ scope, says }) => [scope, says])),
  );
  if (scopes.length === 0) return <p className="text-muted">None: it can only say who it is.</p>;
  return (
    <Facts
      items={scopes.map((scope) => ({ label: scope, value: said.get(scope) ?? "a scope of an earlier version" }))}
    />
  );
}

function History({ keyId }: { keyId: string }) {
  const may = useMay("audit:read");
  const input = { query: { entity_type: "api_key", entity_id: keyId, page_size: 50 } };
  const entries = useQuery({ ...api.query(listAuditLog, input), enabled: may });
  const nameOf = useActorName();
  if (!may) return null;
  return (
    <Section
      title="History"
      aside={
        <ButtonLink
          size="small"
          variant="quiet"
          href={`/logs/audit-logs?range=all&entity_type=api_key&entity_id=${keyId}`}
        >
          In the audit log
        </ButtonLink>
      }
    >
      <QueryView query={entries} skeleton={<Skeleton className="h-16 w-full" />}>
        {({ items }) => <Timeline items={items.map((entry) => momentOf(entry, nameOf(entry)))} />}
      </QueryView>
    </Section>
  );
}

function momentOf(entry: AuditRecord, by: string) {
  return {
    id: entry.log_id,
    at: entry.recorded_at,
    title: words(entry.action),
    by: `by ${by}`,
    body: (
      <a className="text-xs underline-offset-2 hover:underline" href={entryHref(entry.log_id)}>
        What changed
      </a>
    ),
  };
}

function KeySkeleton() {
  return (
    <div className="flex flex-col gap-4" role="status" aria-label="Loading">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-24 w-full" />
    </div>
  );
}
