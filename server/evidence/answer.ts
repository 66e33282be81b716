// An answer names the hash of its record, and the record commits to its answer. The circle is cut at the last members: the
// record commits to the answer without `content_hash`, which is then put behind everything else, with the receipt over that
// hash behind it where the answer has one.
import { H, writeHash } from "./hash";

/** The `answer_hash` of a record's body. `text` is the answer's JSON object before `content_hash` is added. */
export function answerHash(status: number, text: string): string {
  return writeHash(H("answer", `${status}\n`, text));
}

/** The stored and sent bytes: `text` with `content_hash`, and behind it the `receipt` where there is one. */
export function answerBytes(text: string, recordHash: Uint8Array, receipt: string | null = null): Buffer {
  const end = receipt === null ? "}" : `,"receipt":${JSON.stringify(receipt)}}`;
  return Buffer.from(text.slice(0, -1) + contentHashMember(recordHash) + end, "utf8");
}

/** True when the stored answer is the one that the record committed to and names that record. What its receipt says is not looked at. */
export function isAnswerOf(
  record: { readonly hash: Uint8Array; readonly answerHash: string },
  stored: { readonly status: number; readonly answer: Uint8Array },
): boolean {
  const tail = tailOf(record.hash, stored.answer);
  if (tail === null) return false;
  const text = Buffer.from(stored.answer).subarray(0, tail.at);
  return writeHash(H("answer", `${stored.status}\n`, text, "}")) === record.answerHash;
}

/** The signed note that stands in the answer behind this record's hash; null when there is none. */
export function receiptOf(recordHash: Uint8Array, answer: Uint8Array): string | null {
  return tailOf(recordHash, answer)?.receipt ?? null;
}

// A note has line feeds and nothing else that JSON escapes.
const RECEIPT = /^,"receipt":"((?:[^"\\\p{Cc}]|\\n)+)"\}$/u;

function tailOf(recordHash: Uint8Array, stored: Uint8Array): { at: number; receipt: string | null } | null {
  const answer = Buffer.from(stored);
  const member = Buffer.from(contentHashMember(recordHash), "utf8");
  const at = answer.lastIndexOf(member);
  if (at < 0) return null;
  const rest = answer.subarray(at + member.length).toString("utf8");
  if (rest === "}") return { at, receipt: null };
  const note = RECEIPT.exec(rest)?.[1];
  return note === undefined ? null : { at, receipt: note.replaceAll("\\n", "\n") };
}

function contentHashMember(recordHash: Uint8Array): string {
  return `,"content_hash":"${writeHash(recordHash)}"`;
}
