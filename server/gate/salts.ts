import { randomBytes } from "node:crypto";
import { SALT_BYTES } from "@/server/evidence/commitment";
import type { Draft } from "./draft";

export function freshSalt(): Buffer {
  return randomBytes(SALT_BYTES);
}

/** Salts lie beside the chain, where they can be deleted; without one its commitment says nothing any more. */
export function keepSalts(
  draft: Draft,
  salts: { inputSalt: Buffer | null; outputSalt: Buffer | null },
  seq: number,
): void {
  if (salts.inputSalt === null && salts.outputSalt === null) return;
  const { tenantId } = draft.world;
  draft.effects.payloads.push({ tenantId, runId: draft.run.runId, seq, ...salts, input: null, output: null });
}
