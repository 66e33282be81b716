// Which runs a list shows. Runs that are over are many, and everything that is asked of them stands in one index
// (runs_completed_idx, runs_ended_idx), so that their wide rows need not be read; live runs are few.

import type { z } from "zod";
import type { listActivity } from "@/server/activity/contract";
import { allOf, containing, type Fragment, when, wholeId } from "@/server/activity/keyset";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type RunPart = "live" | "over";

/** Filters a topic does not have are absent. */
export type RunFilters = Omit<z.output<typeof listActivity.query>, "page" | "page_size" | "cursor" | "sort">;

/** The condition on runs `r` of one part. */
export function runsSought(db: TenantDb, part: RunPart, query: RunFilters): Fragment {
  return allOf(db, [
    part === "live" ? db.fragment`r.completed_at is null` : db.fragment`r.completed_at is not null`,
    when(query.status, (status) => db.fragment`r.status = any(${status})`),
    when(query.termination_reason, (reason) => db.fragment`r.termination_reason = any(${reason})`),
    when(query.agent, (agent) => db.fragment`r.agent_id = ${agent}`),
    when(query.project, (project) => db.fragment`r.project = ${project}`),
    when(query.source, (source) => db.fragment`r.source = any(${source})`),
    when(query.provider, (provider) => db.fragment`r.provider = ${provider}`),
    when(query.model, (model) => db.fragment`r.model = ${model}`),
    when(query.synthetic, (synthetic) => db.fragment`r.synthetic = ${synthetic}`),
    when(query.refused, (refused) => db.fragment`(r.refusal_reason is not null) = ${refused}`),
    when(query.policy_id, (id) => db.fragment`r.violation_policy_id = ${id}`),
    when(query.risk_level, (levels) => db.fragment`${riskOf(db, part)} = any(${levels})`),
    when(query.started_after, (at) => db.fragment`r.started_at > ${new Date(at)}`),
    when(query.started_before, (at) => db.fragment`r.started_at < ${new Date(at)}`),
    when(query.completed_after, (at) => db.fragment`r.completed_at > ${new Date(at)}`),
    when(query.completed_before, (at) => db.fragment`r.completed_at < ${new Date(at)}`),
    when(query.q, (text) => (part === "live" ? liveNames(db, text) : endedNames(db, text))),
  ]);
}

// As riskLevelOf and countsInMetrics in rules.ts.
function riskOf(db: TenantDb, part: RunPart): Fragment {
  const violated = part === "live" ? db.fragment`jsonb_typeof(r.violation) = 'object'` : db.fragment`r.ended_violated`;
  const signalled = (type: "near" | "breach") => db.fragment`
    exists (select 1 from threshold_signals s where ${db.mine("s")} and s.run_id = r.run_id and s.signal_type = ${type})`;
  return db.fragment`(case
    when r.synthetic or r.refusal_reason is not null then null
    when ${violated} or ${signalled("breach")} then 'VIOLATED'
    when r.status in ('failed', 'failed_policy') then 'AT_RISK'
    when ${signalled("near")} then 'NEAR_THRESHOLD'
    else 'NORMAL' end)`;
}

function liveNames(db: TenantDb, text: string): Fragment {
  const part = containing(text);
  return db.fragment`(r.agent_id ilike ${part} or r.goal ilike ${part} or ${hasId(db, text)})`;
}

// `ended_text` is in lower case: what `endedSays` looks for, U+001E, names. It is null where it would be too long for an index;
// such rows are looked at themselves.
function endedNames(db: TenantDb, text: string): Fragment {
  const part = containing(text);
  const ofRow = db.fragment`(
    select f.agent_id ilike ${part} or f.goal ilike ${part} from runs f where ${db.mine("f")} and f.run_id = r.run_id)`;
  return db.fragment`(
    (r.ended_text like lower(${part}) and substr(r.ended_text, strpos(r.ended_text, chr(30))) like lower(${part}))
    or (r.ended_text is null and ${ofRow}) or ${hasId(db, text)})`;
}

/** As the list's `q` on runs `r` that are over, and part of the model's name, the reason or the error. */
export function endedSays(db: TenantDb, text: string): Fragment {
  const part = containing(text);
  const ofRow = db.fragment`(
    select f.agent_id ilike ${part} or f.goal ilike ${part} or f.model ilike ${part} or f.termination_reason ilike ${part}
      or f.refusal_reason ilike ${part} or f.error_message ilike ${part}
    from runs f where ${db.mine("f")} and f.run_id = r.run_id)`;
  return db.fragment`(r.ended_text like lower(${part}) or (r.ended_text is null and ${ofRow}) or ${hasId(db, text)})`;
}

/** Whether `text` is the whole id of run `r` or of its trace. */
function hasId(db: TenantDb, text: string): Fragment {
  const id = wholeId(text);
  if (id === null) return db.fragment`false`;
  return db.fragment`r.run_id = any(array(
    select x.run_id from runs x where ${db.mine("x")} and (x.run_id = ${id} or x.trace_id = ${id})))`;
}
