"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type Fact, Facts } from "@/components/data/facts";
import { count, money, plural, tokens, words } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { StepBar } from "@/components/data/step-bar";
import { Time } from "@/components/data/time";
import { type LiveEvent, useConnection, useLiveEvents } from "@/components/shell/live";
import { useMay } from "@/components/shell/session";
import { ButtonLink } from "@/components/ui/button";
import { Identifier } from "@/components/ui/identifier";
import { Mark } from "@/components/ui/mark";
import { getActivity, listActivity, type RunActivity, type RunSummary } from "@/server/activity/contract";
import { getApiKey } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";
import { handshakeSteps } from "./handshake-steps";
import { firstRunInput, keyInput } from "./search-params";

interface HandshakeProps {
  keyId: string | null;
  agent: string;
  since: string;
}

const topics = ["run.started", "run.progress", "run.blocked", "run.ended"] as const;
const pollMs = 3_000;
const kept = 8;

/** Waits for the agent's run and shows it as it comes in. */
export function Handshake({ keyId, agent, since }: HandshakeProps) {
  const first = useQuery({ ...api.query(listActivity, firstRunInput(agent, since)), refetchInterval: waiting });
  const run = first.data?.items[0] ?? null;
  const events = useRunEvents(run?.run_id ?? null);
  const mayReadKeys = useMay("keys:read");
  const key = useQuery({
    ...api.query(getApiKey, keyInput(keyId ?? "")),
    enabled: keyId !== null && mayReadKeys,
    refetchInterval: run === null && pollMs,
  });
  const lastUsed = key.data?.entity.last_used_at ?? null;
  const isFresh = lastUsed !== null && lastUsed > since;
  return (
    <div className="flex flex-col gap-4" aria-live="polite">
      <StepBar steps={handshakeSteps(run, isFresh ? lastUsed : null)} />
      {first.error && first.data === undefined ? <Failed error={first.error} /> : null}
      {run === null ? (
        <Waiting agent={agent} isKeyUsed={isFresh} />
      ) : (
        <Arrived run={run} keyId={keyId} events={events} />
      )}
    </div>
  );
}

// The stream tells of a new run at once; asking now and then is for the time in which it is lost.
function waiting(query: { state: { data?: { items: readonly unknown[] } | undefined } }): number | false {
  return (query.state.data?.items.length ?? 0) === 0 && pollMs;
}

function Waiting({ agent, isKeyUsed }: { agent: string; isKeyUsed: boolean }) {
  const connection = useConnection();
  return (
    <div className="flex items-center gap-3 rounded-md bg-sunken px-3 py-3">
      <span aria-hidden className="relative flex size-2.5">
        <span className="absolute inset-0 animate-ping rounded-full bg-accent opacity-60" />
        <span className="relative size-2.5 rounded-full bg-accent" />
      </span>
      <div>
        <p className="font-medium">
          {isKeyUsed ? "The key works; waiting for its run" : "Waiting for a run"} of <code>{agent}</code>
        </p>
        <p className="text-muted text-xs">
          {connection === "live"
            ? "It shows here within a second of its start."
            : "The live connection is being made; asking every few seconds."}
        </p>
      </div>
    </div>
  );
}

interface ArrivedProps {
  run: RunSummary;
  keyId: string | null;
  events: readonly LiveEvent[];
}

function Arrived({ run, keyId, events }: ArrivedProps) {
  const detail = useQuery(api.query(getActivity, { params: { run_id: run.run_id } })).data?.entity;
  const isOver = run.completed_at !== null;
  const isOtherKey = keyId !== null && detail !== undefined && detail.api_key_id !== keyId;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Mark tone={toneOf(run)}>{words(run.status)}</Mark>
        <span>{isOver ? "The run arrived and is sealed: you are connected." : "The run arrived and goes on."}</span>
        <span className="ml-auto flex gap-2">
          <ButtonLink variant="primary" href={`/activity/runs/${run.run_id}`}>
            Open the run
          </ButtonLink>
        </span>
      </div>
      {isOtherKey ? <p className="text-tone-review">It came with another key than the one above.</p> : null}
      <Facts items={runFacts(run, detail)} />
      {events.length > 0 ? <Heard events={events} /> : null}
    </div>
  );
}

function runFacts(run: RunSummary, detail: RunActivity | undefined): Fact[] {
  const frozen = detail?.policy_snapshot?.policy_count;
  return [
    { label: "Run", value: <Identifier value={run.run_id} href={`/activity/runs/${run.run_id}`} label="run id" /> },
    {
      label: "Agent",
      value: run.agent_id,
      hint: run.agent_verified ? undefined : "Not verified: the key may name any agent.",
    },
    { label: "Started", value: <Time at={run.started_at} /> },
    { label: "Steps", value: count(run.last_step_index) },
    { label: "Tokens", value: tokens(run.tokens_used) },
    { label: "Cost", value: money(run.cost_cents) },
    { label: "Policies frozen", value: frozen === undefined ? "unknown" : plural(frozen, "policy", "policies") },
  ];
}

function toneOf({ status }: RunSummary) {
  if (status === "succeeded") return "allow";
  if (status === "failed_policy") return "deny";
  return status === "failed" ? "error" : "accent";
}

/** What the stream told of the run while this page was open; it tells before the run can be read. */
function useRunEvents(runId: string | null): readonly LiveEvent[] {
  const [events, setEvents] = useState<readonly LiveEvent[]>([]);
  const take = useCallback((event: LiveEvent) => setEvents((before) => [event, ...before].slice(0, 4 * kept)), []);
  useLiveEvents(topics, take);
  return events.filter((event) => event.entity_id === runId).slice(0, kept);
}

function Heard({ events }: { events: readonly LiveEvent[] }) {
  return (
    <section aria-label="Events as they came in" className="rounded-md border">
      <h3 className="border-b px-3 py-1.5 text-muted text-xs">As it came in</h3>
      <ul>
        {events.map((event) => (
          <li
            key={`${event.topic}:${event.seq ?? JSON.stringify(event.payload)}`}
            className="flex gap-4 px-3 py-1 font-mono text-xs"
          >
            <span className="w-28 shrink-0">{event.topic}</span>
            <span className="min-w-0 truncate text-muted">{JSON.stringify(event.payload)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
