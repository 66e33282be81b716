// Which reads become stale by what happens in the tenant: by the family of an event's topic, the domains whose operations
// are read anew. An operation's domain is what stands before the dot of its id. A read of one run, trace or record is
// stale only by what happens to that run; lists and figures by anything of the family.

import type { EventTopic } from "@/db/vocabulary";

type Family = EventTopic extends `${infer F}.${string}` ? F : never;

const staleBy: Readonly<Record<Family, readonly string[]>> = {
  run: ["activity", "gate", "logs", "overview"],
  step: ["gate"],
  signal: ["activity", "gate", "overview"],
  incident: ["incidents", "activity", "overview"],
  limit: ["policies", "overview"],
  policy: ["policies", "overview"],
  prices: ["policies"],
  export: ["exports"],
};

/** Domains whose reads of one thing are about one run. */
const ofOneRun: ReadonlySet<string> = new Set(["activity", "gate", "logs"]);

/** An event, as far as it makes reads stale. */
export interface News {
  topic: EventTopic;
  entity_id: string;
  payload: Readonly<Record<string, unknown>>;
}

/** A read that is kept: its key, `[operation id, "pages"?, input]`, and what it answered. */
export interface KnownRead {
  key: readonly unknown[];
  data: unknown;
}

/** Whether the answer of this read may have changed by this event; `known` are all reads that are kept. */
export function isStaleBy(news: News, read: KnownRead, known: readonly KnownRead[]): boolean {
  const [family] = news.topic.split(".");
  const domain = String(read.key[0]).split(".")[0] ?? "";
  const isOfFamily = Object.entries(staleBy).some(([name, domains]) => name === family && domains.includes(domain));
  if (!isOfFamily || !ofOneRun.has(domain)) return isOfFamily;
  const named = paramsOf(read);
  return named.length === 0 || isAbout(runsOf(news), named, [read, ...known]);
}

/** For the test that holds the table against the registry. */
export const refreshedDomains: readonly string[] = [...new Set(Object.values(staleBy).flat())];

function paramsOf({ key }: KnownRead): unknown[] {
  const { params }: { params?: unknown } = Object(key.at(-1));
  return Object.values(Object(params));
}

function runsOf({ entity_id, payload }: News): Set<unknown> {
  return new Set([entity_id, payload.run_id, payload.source_run_id].filter((id) => typeof id === "string"));
}

// A trace and a record have ids of their own; what was read of their run says whose they are.
function isAbout(runs: ReadonlySet<unknown>, named: readonly unknown[], reads: readonly KnownRead[]): boolean {
  return named.some((id) => runs.has(id)) || reads.some(({ data }) => isNamedBy(runs, named, data));
}

function isNamedBy(runs: ReadonlySet<unknown>, named: readonly unknown[], data: unknown): boolean {
  const { run_id, trace_id, log_id }: Record<string, unknown> = Object(Object(data).entity);
  return runs.has(run_id) && (named.includes(trace_id) || named.includes(log_id));
}
