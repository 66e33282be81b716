// Reads of limits, with how full they are.

import { and } from "drizzle-orm";
import { limits } from "@/db/schema/policies";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf, OutputOf } from "@/server/platform/http/contract";
import type { Context } from "@/server/platform/http/handle";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";
import type { getLimit, listLimits } from "@/server/policies/contract";
import { contentHash, limitFromRow } from "@/server/policies/definition";
import { contains, isExactly } from "@/server/policies/filters";
import { findLimit, type LimitRows, withVersions } from "@/server/policies/limit-store";
import { countedElsewhere, usageOf } from "@/server/policies/limit-usage";
import { actionsOf, integrityOf } from "@/server/policies/views";
import type { Limit, LimitUsage } from "@/server/policies/wire";

const SHOWN_COUNTERS = 100;

/** @throws NotFound for an id that is none of this tenant's limits. */
export async function getLimitRows(db: TenantDb, id: string): Promise<LimitRows> {
  const rows = await findLimit(db, id);
  if (rows === null) throw NotFound.with();
  return rows;
}

type LimitQuery = InputOf<typeof listLimits>["query"];

export async function listLimitPage(db: TenantDb, query: LimitQuery): Promise<ListAnswer<Limit>> {
  const page = await listPage(db, query, {
    table: limits,
    where: and(
      isExactly(limits.status, query.status),
      isExactly(limits.limitCategory, query.limit_category),
      isExactly(limits.limitType, query.limit_type),
      isExactly(limits.enforcement, query.enforcement),
      isExactly(limits.scopeType, query.scope_type),
      contains(limits, query.q),
    ),
    sorts: { created_at: limits.createdAt, updated_at: limits.updatedAt, name: limits.name },
    id: limits.id,
    item: (row) => row,
  });
  const [rows, usage] = await Promise.all([withVersions(db, page.items), usageOf(db, page.items, 1)]);
  return { ...page, items: rows.map((one) => limitView(one, usage.get(one.row.id)?.[0])) };
}

export async function showLimit({ db, principal }: Context, id: string): Promise<OutputOf<typeof getLimit>> {
  const rows = await getLimitRows(db, id);
  const counters = (await usageOf(db, [rows.row], SHOWN_COUNTERS)).get(id) ?? [];
  const entity = { ...limitView(rows, counters[0]), counters };
  const isDisabled = entity.status === "disabled";
  const actions = actionsOf(principal.permissions, [
    { action: "edit", label: "Edit", blocked: null },
    { action: "disable", label: "Disable", blocked: isDisabled ? "The limit is disabled" : null },
    { action: "enable", label: "Enable", blocked: isDisabled ? null : "The limit is active" },
  ]);
  return { entity, actions };
}

/** As a write answers it: the limit with how full it is now. */
export async function limitNow(db: TenantDb, id: string): Promise<Limit> {
  const rows = await getLimitRows(db, id);
  return limitView(rows, (await usageOf(db, [rows.row], 1)).get(id)?.[0]);
}

function limitView({ row, kept }: LimitRows, fullest: LimitUsage | undefined): Limit {
  const definition = limitFromRow(row);
  const { used, reserved, presumed, remaining, resets_at, state } = fullest ?? countedElsewhere;
  return {
    ...definition,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    updated_by: row.updatedBy,
    updated_at: row.updatedAt.toISOString(),
    used,
    reserved,
    presumed,
    remaining,
    resets_at,
    state,
    integrity: integrityOf({ stored: row.contentHash, kept, recomputed: contentHash(definition) }),
  };
}
