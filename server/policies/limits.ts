// Edits of limits; as edits of rules, except that BUDGET and RATE limits also hold for runs that have started.

import { v7 as uuidv7 } from "uuid";
import { writeOutbox } from "@/server/platform/audit/audit";
import { actorKey } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf } from "@/server/platform/http/contract";
import type { Context } from "@/server/platform/http/handle";
import { invalid, StaleVersion } from "@/server/platform/http/problem";
import { type disableLimit, LimitDisabled, LimitNameTaken, type replaceLimit } from "@/server/policies/contract";
import { contentHash, limitFromRow, sortedIds, type VersionedLimit } from "@/server/policies/definition";
import { editPolicies } from "@/server/policies/epoch";
import { getLimitRows, limitNow } from "@/server/policies/limit-queries";
import { insertLimit, isLimitNameTaken, type LimitWrite, updateLimit } from "@/server/policies/limit-store";
import { limitFaults, type PolicyFault, unknownKey } from "@/server/policies/rules";
import { unknownApiKeys } from "@/server/policies/store";
import type { Limit, LimitBody } from "@/server/policies/wire";

/** @throws ValidationFailed, LimitNameTaken */
export async function addLimit(cx: Context, body: LimitBody): Promise<Limit> {
  const id = uuidv7();
  await editPolicies(cx.db, async (at) => {
    const definition: VersionedLimit = { limit_id: id, version: 1, ...withOwnIds(body) };
    await refuseFaults(cx.db, definition, limitFaults(body));
    const write = writeOf(cx, definition, { change: "created", at });
    await insertLimit(cx.db, write);
    await recordChange(cx, write, undefined);
  });
  return limitNow(cx.db, id);
}

/** @throws NotFound, StaleVersion, ValidationFailed, LimitNameTaken */
export async function changeLimit(cx: Context, id: string, body: InputOf<typeof replaceLimit>["body"]): Promise<Limit> {
  const { version, ...fields } = body;
  await changeDefinition(cx, id, {
    change: "changed",
    version,
    next: async (before) => {
      const definition: VersionedLimit = { ...before, ...withOwnIds(fields) };
      await refuseFaults(cx.db, definition, [...limitFaults(fields), ...fixedFaults(before, fields)]);
      return definition;
    },
  });
  return limitNow(cx.db, id);
}

/** @throws NotFound, LimitDisabled, StaleVersion */
export async function endLimit(cx: Context, id: string, body: InputOf<typeof disableLimit>["body"]): Promise<Limit> {
  await changeDefinition(cx, id, {
    change: "disabled",
    version: body.version,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    next: (before) => {
      if (before.status === "disabled") throw LimitDisabled.with({ limit_id: id });
      return { ...before, status: "disabled" };
    },
  });
  return limitNow(cx.db, id);
}

interface DefinitionChange {
  change: LimitWrite["change"];
  /** The version the edit was made from; undefined: whatever is stored. */
  version: number | undefined;
  reason?: string;
  next: (before: VersionedLimit) => VersionedLimit | Promise<VersionedLimit>;
}

async function changeDefinition(cx: Context, id: string, asked: DefinitionChange): Promise<void> {
  await editPolicies(cx.db, async (at) => {
    const before = limitFromRow((await getLimitRows(cx.db, id)).row);
    if (asked.version !== undefined && asked.version !== before.version) throw stale(before.version);
    const definition = { ...(await asked.next(before)), version: before.version + 1 };
    const write = writeOf(cx, definition, { change: asked.change, at });
    if ((await updateLimit(cx.db, write)) === null) throw stale(undefined);
    await recordChange(cx, write, before, asked.reason);
  });
}

function writeOf(
  cx: Context,
  definition: VersionedLimit,
  { change, at }: Pick<LimitWrite, "change" | "at">,
): LimitWrite {
  return { definition, contentHash: contentHash(definition), change, by: actorKey(cx.principal), at };
}

async function recordChange(
  cx: Context,
  { definition, change, at }: LimitWrite,
  before: VersionedLimit | undefined,
  reason?: string,
): Promise<void> {
  const id = definition.limit_id;
  await cx.audit({
    entity_type: "limit",
    entity_id: id,
    ...(before === undefined ? {} : { before }),
    after: definition,
    ...(reason === undefined ? {} : { detail: { reason } }),
  });
  const payload = { limit_id: id, version: definition.version };
  await writeOutbox(cx.db, [{ topic: `limit.${change}`, entity_id: id, payload }], at);
}

/** Sorted ids, and those of keys as the server writes them. */
function withOwnIds<L extends LimitBody>(body: L): L {
  const { type, ids } = body.scope;
  const own = type === "api_key" ? ids.map((id) => id.toLowerCase()) : ids;
  return { ...body, scope: { type, ids: sortedIds(own) } };
}

// A counter that has counted tokens cannot go on counting cents.
function fixedFaults(before: VersionedLimit, after: LimitBody): PolicyFault[] {
  const fields = ["limit_category", "limit_type"] as const;
  return fields
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      pointer: `#/${field}`,
      code: "immutable",
      detail: `It stays ${before[field]}: make a new limit`,
    }));
}

async function refuseFaults(db: TenantDb, definition: VersionedLimit, found: readonly PolicyFault[]): Promise<void> {
  const faults = [...found];
  const { scope } = definition;
  if (faults.length === 0 && scope.type === "api_key") {
    const unknown = await unknownApiKeys(db, scope.ids);
    faults.push(...scope.ids.flatMap((id, at) => (unknown.has(id) ? [unknownKey(`#/scope/ids/${at}`)] : [])));
  }
  if (faults.length > 0) throw invalid(...faults);
  if (definition.status !== "active" || !(await isLimitNameTaken(db, definition.name, definition.limit_id))) return;
  throw LimitNameTaken.with({
    errors: [{ pointer: "#/name", code: "taken", detail: "An active limit has this name" }],
  });
}

function stale(current: number | undefined) {
  return StaleVersion.with(current === undefined ? {} : { current_version: current });
}
