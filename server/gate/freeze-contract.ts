import { z } from "zod";
import { freezeTypes } from "@/db/vocabulary";
import { endpoint, listEndpoint, Uuid } from "@/server/platform/http/contract";
import { problem } from "@/server/platform/http/problem";
import { Freeze } from "./wire";

export const AlreadyFrozen = problem("already-frozen", 409, "It is frozen already");
export const FreezeLifted = problem("freeze-lifted", 409, "The freeze was lifted already");

const Reason = z.string().trim().min(1).max(2048);

export const listFreezes = listEndpoint({
  id: "gate.list_freezes",
  path: "/api/v1/policies/freezes",
  summary: "Kill-switches, thrown and lifted, with their proof of stop",
  permission: "policies:read",
  item: Freeze,
  filters: { type: z.enum(freezeTypes), id: z.string().max(128), lifted: z.boolean() },
  sort: ["created_at"],
  defaultSort: "-created_at",
});

export const setFreeze = endpoint({
  id: "gate.set_freeze",
  method: "POST",
  path: "/api/v1/policies/freezes",
  summary: "Freeze a tenant, key, agent or run: it starts nothing, and what was live is ended",
  permission: "policies:override",
  audit: "freeze.set",
  body: z.strictObject({ type: z.enum(freezeTypes), id: z.string().min(1).max(128), reason: Reason }),
  returns: Freeze,
  status: 201,
  problems: [AlreadyFrozen],
  transaction: "own",
});

export const liftFreeze = endpoint({
  id: "gate.lift_freeze",
  method: "DELETE",
  path: "/api/v1/policies/freezes/{freeze_id}",
  summary: "Lift a freeze: new runs may start; ended ones stay ended",
  permission: "policies:override",
  audit: "freeze.lifted",
  params: z.strictObject({ freeze_id: Uuid }),
  body: z.strictObject({ reason: Reason }),
  returns: Freeze,
  problems: [FreezeLifted],
  transaction: "own",
});
