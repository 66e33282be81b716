// What of the log cannot be printed as one hash: trees, proofs and signed notes, as docs/evidence-format.md has them in JSON.
import { writeHash } from "../hash";
import { leafBytes } from "../leaf";
import { consistencyPath, inclusionPath, leafHash, type NodeReader, rootOf } from "../merkle";
import { receiptText } from "../receipt";
import { signNote } from "../signed-note";
import { ExampleLog, FIRST_KEY, ORIGIN } from "./example-log";
import { exampleRun } from "./example-run";
import { RUN, TENANT } from "./run-writer";

export type LogVectors = {
  readonly leaf: { readonly text: string; readonly hash: string };
  readonly tree: { readonly leaves: readonly string[]; readonly roots: readonly string[] };
  readonly inclusion: readonly { readonly index: number; readonly size: number; readonly path: readonly string[] }[];
  readonly consistency: readonly { readonly from: number; readonly to: number; readonly path: readonly string[] }[];
  readonly public_key: string;
  readonly fingerprint: string;
  readonly checkpoint: string;
  readonly receipt: string;
};

/** The leaves of RFC 6962's own test. */
export const RFC_LEAVES: readonly string[] = [
  ...["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"],
];

const FENCE = /```log-vectors\n(.*?)\n```/s;

/** The vectors as the code makes them. */
export async function computedLogVectors(): Promise<LogVectors> {
  const hashes = RFC_LEAVES.map((hex) => leafHash(Buffer.from(hex, "hex")));
  const read: NodeReader = (level, index) => rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
  const { rows } = exampleRun();
  const hash = writeHash(rows.trace.sealHash ?? Buffer.alloc(0));
  const at = "2026-01-22T09:30:07.500Z";
  const leaf = leafBytes({ tenant_id: TENANT, kind: "seal", id: RUN, hash, at });
  const log = new ExampleLog();
  log.append("seal", RUN, hash, at);
  const start = { seq: 0, hash: writeHash(rows.trace.genesisHash), recorded_at: rows.run.startedAt.toISOString() };
  return {
    leaf: { text: leaf.toString("utf8"), hash: writeHash(leafHash(leaf)) },
    tree: { leaves: RFC_LEAVES, roots: [...hashes.keys(), 8].map((size) => writeHash(rootOf(hashes.slice(0, size)))) },
    inclusion: await Promise.all(
      [
        { index: 0, size: 1 },
        { index: 2, size: 3 },
        { index: 4, size: 7 },
        { index: 5, size: 8 },
      ].map(async (of) => ({ ...of, path: (await inclusionPath(of.index, of.size, read)).map(writeHash) })),
    ),
    consistency: await Promise.all(
      [
        { from: 1, to: 8 },
        { from: 3, to: 7 },
        { from: 4, to: 7 },
        { from: 6, to: 8 },
      ].map(async (of) => ({ ...of, path: (await consistencyPath(of.from, of.to, read)).map(writeHash) })),
    ),
    public_key: FIRST_KEY.entry.public_key,
    fingerprint: FIRST_KEY.entry.fingerprint,
    checkpoint: log.checkpoint("2026-01-22T09:30:30.000Z", [FIRST_KEY]),
    receipt: signNote(receiptText({ origin: ORIGIN, run_id: RUN, ...start }), [FIRST_KEY.signer()]),
  };
}

/** The vectors as the document prints them; what they are is what the tests find out. */
export function printedLogVectors(document: string): LogVectors {
  return JSON.parse(FENCE.exec(document)?.[1] ?? "null");
}

/**
 * As the document prints them.
 * @public
 */
export function printLogVectors(vectors: LogVectors): string {
  return `\`\`\`log-vectors\n${JSON.stringify(vectors, null, 2)}\n\`\`\``;
}
