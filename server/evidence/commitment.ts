import { randomBytes } from "node:crypto";
import { jcs } from "./canonical";
import { H, writeHash } from "./hash";
import type { StepCommitments } from "./record";

export const SALT_BYTES = 16;

/** The payload as the runner sent it, and what the policy lets us keep of it after redaction. Absent members were not sent or not kept. */
export type StepPayload = {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly kept?: { readonly input?: unknown; readonly output?: unknown };
};

/** Salts lie in a place that can be deleted: without its salt a commitment says nothing about what it commits to. */
export type StepSalts = { readonly inputSalt: Buffer | null; readonly outputSalt: Buffer | null };

/** H(commit, salt ‖ jcs(original)), written. `original` is any JSON value. Throws TypeError unless the salt has 16 bytes. */
export function commitTo(original: unknown, salt: Uint8Array): string {
  return writeHash(H("commit", checked(salt), jcs(original)));
}

/** H(stored, salt ‖ jcs({ input?, output? } as kept)), written. */
export function commitToStored(kept: NonNullable<StepPayload["kept"]>, salt: Uint8Array): string {
  return writeHash(H("stored", checked(salt), jcs(kept)));
}

/**
 * The commitments of one post and the salts that open them. `stored_commit` uses the input's salt, or the output's when there was no input.
 * Throws NotCanonical when a payload is not I-JSON.
 */
export function commitStep(
  payload: StepPayload,
  newSalt: () => Buffer = freshSalt,
): { commitments: StepCommitments; salts: StepSalts } {
  const inputSalt = payload.input === undefined ? null : newSalt();
  const outputSalt = payload.output === undefined ? null : newSalt();
  const storedSalt = inputSalt ?? outputSalt;
  const commitments: StepCommitments = {
    ...(inputSalt ? { input_commit: commitTo(payload.input, inputSalt) } : {}),
    ...(outputSalt ? { output_commit: commitTo(payload.output, outputSalt) } : {}),
    ...(storedSalt && payload.kept ? { stored_commit: commitToStored(payload.kept, storedSalt) } : {}),
  };
  return { commitments, salts: { inputSalt, outputSalt } };
}

let pool = Buffer.alloc(0);

// A call for random bytes costs the same for one salt as for many.
function freshSalt(): Buffer {
  if (pool.length === 0) pool = randomBytes(SALT_BYTES * 256);
  const salt = Buffer.from(pool.subarray(0, SALT_BYTES));
  pool = pool.subarray(SALT_BYTES);
  return salt;
}

// A salt of another length would let the same bytes open as another salt and another original.
function checked(salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new TypeError(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`);
  return salt;
}
