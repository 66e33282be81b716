// The runner's own proof that a record was accepted: who keeps it can show later that the record is gone or another one.
// Signing costs tens of microseconds, so only a start, a block and an end have one.

import { writeHash } from "@/server/evidence/hash";
import { receiptText } from "@/server/evidence/receipt";
import { signNote } from "@/server/evidence/signed-note";
import type { World } from "./world";

/** The record that is accepted; seq 0 is the start, with the genesis' hash. */
export type Receipted = { runId: string; seq: number; hash: Uint8Array };

/** A signed note over tenant, run, seq, hash and instant. Throws where nobody can sign: no answer goes out without it. */
export function receiptFor({ signers, now }: Pick<World, "signers" | "now">, { runId, seq, hash }: Receipted): string {
  const [first] = signers;
  if (first === undefined) throw new Error("a receipt that nobody signs");
  // A key's name is the log's origin, which names deployment and tenant.
  const says = { origin: first.name, run_id: runId, seq, hash: writeHash(hash), recorded_at: now.toISOString() };
  return signNote(receiptText(says), signers);
}

/** The answer's JSON object with the receipt as its last member. */
export function withReceipt(answer: object, receipt: string): Buffer {
  return Buffer.from(JSON.stringify({ ...answer, receipt }), "utf8");
}
