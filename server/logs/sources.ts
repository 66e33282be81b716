// Which topics an answer can draw on. Nothing writes system logs, so an answer about them is not an empty one but none.

import { type LogSearch, type LogSource, type LogTopic, logTopics } from "@/server/logs/contract";
import type { Permission } from "@/server/platform/auth/principal";

type Filters = NonNullable<LogSearch["filters"]>;

/** The filters that a topic has a member for. */
const members: Readonly<Record<Exclude<LogTopic, "system">, readonly (keyof Filters)[]>> = {
  llm_runs: ["run_id", "agent", "provider", "model", "execution_status", "synthetic", "actor_type", "actor_id"],
  audit: ["run_id", "actor_type", "actor_id", "action", "entity_type", "entity_id"],
};

/** The state of each topic that was asked for; of all where none was. */
export function sourcesOf(
  asked: readonly LogTopic[] | undefined,
  filters: Filters,
  held: ReadonlySet<Permission>,
): LogSource[] {
  const given = namesOf(filters);
  const stateOf = (topic: LogTopic): LogSource["state"] => {
    if (topic === "system") return "not_collected";
    if (topic === "audit" && !held.has("audit:read")) return "forbidden";
    return given.every((name) => members[topic].includes(name)) ? "read" : "filtered_out";
  };
  return logTopics
    .filter((topic) => asked === undefined || asked.includes(topic))
    .map((topic) => ({ topic, state: stateOf(topic) }));
}

function namesOf(filters: Filters): (keyof Filters)[] {
  const all = [...new Set(Object.values(members).flat())];
  return all.filter((name) => filters[name] !== undefined);
}
