// Who wrote a version of a rule or limit. Approval by a second person is not recorded yet, so it is null, and the author is
// never left to stand for it.

import type { ActorRef } from "@/server/exports/content/bundle-types";
import type { Subject } from "@/server/exports/content/subject";

type Authorship = {
  author: ActorRef | null;
  authored_at: string | null;
  approved_by: null;
  approved_at: null;
};
export type VersionAuthors = (id: string, version: number) => Authorship;

const nobody: Authorship = { author: null, authored_at: null, approved_by: null, approved_at: null };

export async function authorsOf(
  { db, names }: Pick<Subject, "db" | "names">,
  versions: readonly { id: string; version: number }[],
): Promise<VersionAuthors> {
  const ids = [...new Set(versions.map((one) => one.id))];
  const rows = await db.sql<{ id: string; version: number; created_by: string; created_at: Date }>`
    select p.policy_id as id, p.version, p.created_by, p.created_at from policy_versions p
    where ${db.mine("p")} and p.policy_id = any(${ids}::uuid[])
    union all
    select l.limit_id, l.version, l.created_by, l.created_at from limit_versions l
    where ${db.mine("l")} and l.limit_id = any(${ids}::uuid[])`;
  const byVersion = new Map(rows.map((row) => [`${row.id}/${row.version}`, row]));
  return (id, version) => {
    const row = byVersion.get(`${id}/${version}`);
    if (row === undefined) return nobody;
    return { ...nobody, author: names.of(row.created_by), authored_at: row.created_at.toISOString() };
  };
}
