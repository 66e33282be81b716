// The text of a C2SP checkpoint (https://c2sp.org/tlog-checkpoint) with one extension line, the time of signing.
import { HASH_BYTES } from "./hash";

export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** When it was signed: `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
  readonly at: string;
};

const TEXT = /^(\S+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/u;

/** What is signed: `<origin>\n<size>\n<base64 root>\ntime <instant>\n`. */
export function checkpointText({ origin, size, root, at }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString("base64")}\ntime ${at}\n`;
}

/** Null unless the text is exactly what `checkpointText` writes. */
export function readCheckpoint(text: string): Checkpoint | null {
  const [, origin, digits, base64, at] = TEXT.exec(text) ?? [];
  if (origin === undefined || base64 === undefined || at === undefined) return null;
  const checkpoint = { origin, size: Number(digits), root: Buffer.from(base64, "base64"), at };
  const isOne = Number.isSafeInteger(checkpoint.size) && checkpoint.root.length === HASH_BYTES;
  return isOne && checkpointText(checkpoint) === text ? checkpoint : null;
}
