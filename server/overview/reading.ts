// Reads the parts of an answer, each in a transaction of its own: one that fails takes no other with it, and is said to have
// failed instead of looking like zeros.

import type { Degraded } from "@/server/overview/contract";
import type { Permission, Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { log } from "@/server/platform/log/log";

export class Reading {
  readonly degraded: Degraded[] = [];

  private constructor(
    readonly principal: Principal,
    /** The database's time at the beginning. */
    readonly asOf: Date,
  ) {}

  /** Throws when the database cannot be asked at all. */
  static async begin(principal: Principal): Promise<Reading> {
    return new Reading(principal, await asTenant(principal, (db) => db.now()));
  }

  may(permission: Permission): boolean {
    return this.principal.permissions.has(permission);
  }

  /** What `read` finds; null, and named in `degraded`, when the viewer may not read it or it cannot be read. */
  async part<T>(name: string, permission: Permission, read: (db: TenantDb) => Promise<T>): Promise<T | null> {
    if (!this.may(permission)) {
      this.degraded.push({ part: name, why: "forbidden", permission });
      return null;
    }
    try {
      return await asTenant(this.principal, read);
    } catch (error) {
      log.warn({ err: error, part: name }, "a part of the overview could not be read");
      this.degraded.push({ part: name, why: "failed", permission: null });
      return null;
    }
  }
}
