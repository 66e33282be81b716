// The question of a dry check, as it stands in the address, and as the operation takes it.

import { actorTypes } from "@/db/vocabulary";
import type { StartRunBody } from "@/server/gate/wire";

export interface CheckQuestion {
  agent_id: string | null;
  actor_type: string | null;
  actor_id: string | null;
  project: string | null;
  provider: string | null;
  model: string | null;
  goal: string | null;
  /** `name=value`, one a line. */
  tags: string | null;
}

/** null: nothing is asked yet. */
export function checkBody(question: CheckQuestion): StartRunBody | null {
  const agent = text(question.agent_id);
  if (agent === null) return null;
  const type = actorTypes.find((one) => one === question.actor_type);
  const tags = tagsIn(question.tags ?? "");
  return {
    agent_id: agent,
    ...(type === undefined ? {} : { actor: { type, id: text(question.actor_id) } }),
    ...present({ project: question.project, provider: question.provider, model: question.model, goal: question.goal }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

/** A line without `=` is a tag without a value. */
function tagsIn(lines: string): Record<string, string> {
  const pairs = lines.split(/\r?\n/).map((line): [string, string] => {
    const at = line.indexOf("=");
    return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

function present<K extends string>(values: Record<K, string | null>): Partial<Record<K, string>> {
  const kept = Object.entries<string | null>(values).filter(([, value]) => text(value) !== null);
  return Object.fromEntries(kept) as Partial<Record<K, string>>;
}

function text(value: string | null): string | null {
  const trimmed = value?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
