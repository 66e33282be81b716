// The last line of a document: a signed note over every byte before it. To a reader of PDF it is a comment.
import { createHash } from "node:crypto";
import { writeHash } from "./hash";
import { type NoteSigner, signNote } from "./signed-note";

export type PdfSealText = {
  readonly origin: string;
  readonly bundle_id: string;
  /** Written. */
  readonly bundle_hash: string;
  /** SHA-256 of all bytes before the line, written. */
  readonly file: string;
};

/** `covered` is all that stands before the line. Neither signature nor hash is checked here. */
export type PdfSeal = PdfSealText & { readonly note: string; readonly covered: Buffer };

const MARK = "%holdpoint-seal ";
const END = "%%EOF\n";
const TEXT =
  /^(\S+)\npdf v1\nbundle ([A-Za-z0-9-]+)\nbundle_hash (sha256:[0-9a-f]{64})\nfile (sha256:[0-9a-f]{64})\n$/u;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What is signed. */
export function pdfSealText({ origin, bundle_id, bundle_hash, file }: PdfSealText): string {
  return `${origin}\npdf v1\nbundle ${bundle_id}\nbundle_hash ${bundle_hash}\nfile ${file}\n`;
}

/** The document with its seal line. Throws TypeError unless it ends in `%%EOF`, with or without a line end, which it then gets. */
export function sealPdf(
  bytes: Uint8Array,
  parts: Omit<PdfSealText, "file"> & { readonly signers: readonly NoteSigner[] },
): Buffer {
  const covered = withLineEnd(Buffer.from(bytes));
  const { signers, ...text } = parts;
  const note = signNote(pdfSealText({ ...text, file: fileHash(covered) }), signers);
  return Buffer.concat([covered, Buffer.from(`${MARK}${Buffer.from(note, "utf8").toString("base64")}\n`)]);
}

/** The seal line and what it covers; null unless the file's last bytes are `%%EOF`, one such line and nothing after it. */
export function readPdfSeal(bytes: Buffer): PdfSeal | null {
  const start = bytes.lastIndexOf(MARK);
  const covered = bytes.subarray(0, Math.max(start, 0));
  const line = bytes.subarray(covered.length + MARK.length).toString("latin1");
  const base64 = line.slice(0, -1);
  if (!covered.subarray(-END.length).equals(Buffer.from(END)) || line.at(-1) !== "\n" || !BASE64.test(base64))
    return null;
  const note = Buffer.from(base64, "base64");
  if (note.toString("base64") !== base64) return null;
  const [, origin, bundleId, bundleHash, file] = TEXT.exec(textOf(note.toString("utf8"))) ?? [];
  if (origin === undefined || bundleId === undefined || bundleHash === undefined || file === undefined) return null;
  return { origin, bundle_id: bundleId, bundle_hash: bundleHash, file, note: note.toString("utf8"), covered };
}

/** SHA-256 of a file's bytes, written. */
export function fileHash(bytes: Uint8Array): string {
  return writeHash(createHash("sha256").update(bytes).digest());
}

function withLineEnd(bytes: Buffer): Buffer {
  const text = bytes.subarray(-8).toString("latin1");
  const body = /%%EOF[\r\n]*$/.test(text) ? bytes.subarray(0, bytes.lastIndexOf("%%EOF")) : null;
  if (body === null) throw new TypeError("a PDF ends in %%EOF");
  return Buffer.concat([body, Buffer.from(END)]);
}

function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf("\n\n") + 1);
}
