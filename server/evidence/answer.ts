// An answer names the hash of its record, and the record commits to its answer. The circle is cut at the last member:
// the record commits to the answer without `content_hash`, which is then put behind everything else.
import { H, writeHash } from "./hash";

/** The `answer_hash` of a record's body. `text` is the answer's JSON object before `content_hash` is added. */
export function answerHash(status: number, text: string): string {
  return writeHash(H("answer", `${status}\n`, text));
}

/** The stored and sent bytes: `text` with `content_hash` as its last member. */
export function answerBytes(text: string, recordHash: Uint8Array): Buffer {
  return Buffer.from(text.slice(0, -1) + contentHashTail(recordHash), "utf8");
}

/** True when the stored answer is the one that the record committed to and names that record. */
export function isAnswerOf(
  record: { readonly hash: Uint8Array; readonly answerHash: string },
  stored: { readonly status: number; readonly answer: Uint8Array },
): boolean {
  const answer = Buffer.from(stored.answer);
  const tail = Buffer.from(contentHashTail(record.hash), "utf8");
  const cut = answer.length - tail.length;
  if (cut < 0 || !answer.subarray(cut).equals(tail)) return false;
  return writeHash(H("answer", `${stored.status}\n`, answer.subarray(0, cut), "}")) === record.answerHash;
}

function contentHashTail(recordHash: Uint8Array): string {
  return `,"content_hash":"${writeHash(recordHash)}"}`;
}
