// The control as an auditor writes it down: what it does, whose it is, how often it acts, and which policy versions were in
// force in the period, by whom and since when.

import { shownHash } from "@/server/activity/shown-hash";
import type { Period } from "@/server/exports/content/period";
import type { FrozenPolicies } from "@/server/exports/content/policy-context";
import type { ControlDescription, PolicyVersionEvidence } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";

const description =
  "Every step an agent's runner posts is decided before it is acknowledged, against the policies that were frozen when the run started. A violation ends or pauses the run at that step, marks it in a chained and sealed trace, and opens an incident, all in one database transaction.";

export async function controlDescriptionOf(
  subject: Subject,
  period: Period,
  frozen: FrozenPolicies | null,
): Promise<ControlDescription> {
  return {
    name: "Policy enforcement on agent runs",
    description,
    owner: await ownerOf(subject),
    nature: "preventive",
    execution: "automated",
    frequency: "At every start of a run and every step posted",
    policy_versions: await versionsInForce(subject, period, frozen),
  };
}

/** The owner who has been one for longest. */
async function ownerOf({ db, names }: Subject): Promise<ControlDescription["owner"]> {
  const [row] = await db.sql<{ id: string }>`
    select 'user:' || m.user_id as id from memberships m
    where ${db.mine("m")} and m.role = 'owner' and m.status = 'active' and (m.expires_at is null or m.expires_at > clock_timestamp())
    order by m.created_at, m.id limit 1`;
  return row === undefined ? null : names.of(row.id);
}

type VersionRow = {
  kind: "rule" | "limit";
  id: string;
  version: number;
  definition: Record<string, unknown>;
  content_hash: Buffer;
  change: string;
  created_by: string;
  created_at: Date;
  until: Date | null;
};

/** A version is in force from its own time until the next one's; one that retires or disables is the end itself. */
async function versionsInForce(
  subject: Subject,
  period: Period,
  frozen: FrozenPolicies | null,
): Promise<PolicyVersionEvidence[]> {
  const { db, questions, names } = subject;
  const rows = await db.sql<VersionRow>`
    select * from (
      select 'rule' as kind, p.policy_id as id, p.version, p.definition, p.content_hash, p.change, p.created_by,
        p.created_at, lead(p.created_at) over (partition by p.policy_id order by p.version) as until
      from policy_versions p where ${db.mine("p")}
      union all
      select 'limit', l.limit_id, l.version, l.definition, l.content_hash, l.change, l.created_by, l.created_at,
        lead(l.created_at) over (partition by l.limit_id order by l.version)
      from limit_versions l where ${db.mine("l")}
    ) v
    where v.created_at < ${period.end} and (v.until is null or v.until > ${period.start})
      and v.change not in ('retired', 'disabled')
    order by v.created_at, v.id, v.version`;
  questions.note({
    id: "policy_versions",
    reads: ["policy_versions", "limit_versions"],
    condition: "versions whose time in force, up to the next version's, meets the period; retirements left out",
    parameters: { start: period.start.toISOString(), end: period.end.toISOString() },
    rows: rows.length,
  });
  const ofRun = versionsOfRun(frozen);
  return rows.map((row) => versionEvidence(row, names, ofRun.has(`${row.id}/${row.version}`)));
}

function versionEvidence(row: VersionRow, names: Subject["names"], is_of_run: boolean): PolicyVersionEvidence {
  return {
    kind: row.kind,
    policy_id: row.id,
    name: text(row.definition, "name") ?? row.id,
    version: row.version,
    content_hash: shownHash(row.content_hash),
    enforcement: text(row.definition, "enforcement") ?? "unknown",
    rollout: text(row.definition, "rollout") ?? text(row.definition, "status") ?? "active",
    in_force_from: row.created_at.toISOString(),
    in_force_until: row.until?.toISOString() ?? null,
    change: row.change,
    author: names.of(row.created_by),
    authored_at: row.created_at.toISOString(),
    ...{ approved_by: null, approved_at: null },
    is_of_run,
    bound: row.kind === "limit" || isBound(row.definition),
  };
}

function versionsOfRun(frozen: FrozenPolicies | null): ReadonlySet<string> {
  const { set, content } = frozen ?? { set: null, content: null };
  return new Set([
    ...(set?.rules ?? []).map((rule) => `${rule.policy_id}/${rule.version}`),
    ...(set?.limits ?? []).map((limit) => `${limit.limit_id}/${limit.version}`),
    ...(content?.windows ?? []).map((window) => `${window.limit_id}/${window.version}`),
  ]);
}

function text(definition: Record<string, unknown>, name: string): string | null {
  const value = definition[name];
  return typeof value === "string" ? value : null;
}

function isBound({ scopes }: Record<string, unknown>): boolean {
  return Array.isArray(scopes) && scopes.length > 0;
}
