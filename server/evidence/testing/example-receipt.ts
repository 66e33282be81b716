// Who signs the receipts of the example runs, and a reader of receipts that shares nothing with the one under test.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { writeHash } from "../hash";
import { receiptText } from "../receipt";
import type { RecordRow } from "../run-evidence";
import { type NoteSigner, signNote } from "../signed-note";

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const ORIGIN = "holdpoint/0197a2b4-0000-7000-8000-0000000000d1/0197a2b4-0000-7000-8000-000000000001";

const privateKey = createPrivateKey({
  key: Buffer.concat([PKCS8, Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});
const publicKey = createPublicKey(privateKey);
const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32);

export const EXAMPLE_SIGNER: NoteSigner = {
  name: ORIGIN,
  publicKey: rawKey,
  sign: (bytes) => sign(null, bytes, privateKey),
};

export function exampleReceipt(row: Pick<RecordRow, "runId" | "seq" | "hash" | "recordedAt">): string {
  const says = { origin: ORIGIN, run_id: row.runId, seq: row.seq, hash: writeHash(row.hash) };
  return signNote(receiptText({ ...says, recorded_at: row.recordedAt.toISOString() }), [EXAMPLE_SIGNER]);
}

/** By docs/evidence-format.md alone: the bytes that `answer_hash` is about; null when the rest is not as it must be. */
export function textOfAnswer(row: RecordRow): Buffer | null {
  const answer = Buffer.from(row.answer ?? []);
  const tail = Buffer.from(`,"content_hash":"sha256:${Buffer.from(row.hash).toString("hex")}"`);
  const cut = answer.lastIndexOf(tail);
  const part = answer.subarray(cut + tail.length, -1).toString("utf8");
  const isWhole = cut >= 0 && answer.at(-1) === 0x7d && (part === "" || isReceiptPart(row, part));
  return isWhole ? Buffer.concat([answer.subarray(0, cut), Buffer.from("}")]) : null;
}

function isReceiptPart(row: RecordRow, part: string): boolean {
  const inside = part.slice(',"receipt":"'.length, -1);
  if (part !== `,"receipt":"${inside}"`) return false;
  const hash = `sha256:${Buffer.from(row.hash).toString("hex")}`;
  const lines = [ORIGIN, "receipt v1", `run ${row.runId}`, `seq ${row.seq}`, `hash ${hash}`];
  const text = `${[...lines, `recorded_at ${row.recordedAt.toISOString()}`].join("\n")}\n`;
  const [before, ...signatures] = inside.replaceAll("\\n", "\n").split(`${text}\n`);
  const block = signatures.join("");
  return before === "" && block.endsWith("\n") && block.slice(0, -1).split("\n").every(isSignatureOver(text));
}

function isSignatureOver(text: string) {
  return (line: string): boolean => {
    const blob = Buffer.from(line.split(" ").at(-1) ?? "", "base64");
    const mark = createHash("sha256").update(`${ORIGIN}\n\x01`).update(rawKey).digest().subarray(0, 4);
    const isCanonical = line === `— ${ORIGIN} ${blob.toString("base64")}`;
    return (
      isCanonical && blob.subarray(0, 4).equals(mark) && verify(null, Buffer.from(text), publicKey, blob.subarray(4))
    );
  };
}
