// Who is meant by `user:<id>`, `key:<id>` and `policy:<id>`.

import type { ActorRef } from "@/server/exports/content/bundle-types";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export class ActorNames {
  constructor(private readonly known: ReadonlyMap<string, string>) {}

  of(id: string): ActorRef {
    return { id, name: this.known.get(id) ?? null };
  }

  orNull(id: string | null): ActorRef | null {
    return id === null ? null : this.of(id);
  }

  /** A name where there is one, else the id: for sentences. */
  text(id: string): string {
    return this.known.get(id) ?? id;
  }
}

/** `members` are names by user id; keys and policies are named by the tenant's own rows. */
export async function readActorNames(db: TenantDb, members: ReadonlyMap<string, string>): Promise<ActorNames> {
  const named = await db.sql<{ id: string; name: string }>`
    select 'key:' || k.id as id, k.name from api_keys k where ${db.mine("k")}
    union all
    select 'policy:' || p.id, p.name from policy_rules p where ${db.mine("p")}`;
  const users = [...members].map(([id, name]): [string, string] => [`user:${id}`, name]);
  return new ActorNames(new Map([...users, ...named.map((row): [string, string] => [row.id, row.name])]));
}
