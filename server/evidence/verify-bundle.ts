// Verifies a file with nothing but the file: JSON, JSON Lines or a document with its bundle attached. No database, no network.
import { isUtf8 } from "node:buffer";
import { BUNDLE_FORMAT, LINES_FORMAT } from "./bundle-file";
import { inItsOneForm, type ReadLine, type ReadRecord, recordAndBeside, recordOf, recordOfLine } from "./bundle-record";
import { readHeader, readLinesHeader, readProof } from "./bundle-shape";
import { isPlainObject } from "./canonical";
import { embeddedFile } from "./embedded-file";
import { type FileParts, FileVerification, type VerifyOptions } from "./file-verification";
import { type PdfSeal, readPdfSeal } from "./pdf-seal";
import { NotJson, parseStrictJson } from "./strict-json";
import { type BundleVerdict, CheckList, insist } from "./verdict";

/** A bundle in JSON Lines: first line, last line, and the records between them. */
export type BundleLines = {
  readonly header: string;
  readonly proof: string;
  readonly records: AsyncIterable<readonly string[]>;
};

type LinesParts = FileParts & { readonly read: (line: string) => ReadRecord | ReadLine };
type WholeFile = FileParts & { readonly records: readonly (() => ReadRecord | ReadLine)[] };

/** The file is no bundle, rather than one that does not hold. */
class NotABundle extends NotJson {}

const PDF = Buffer.from("%PDF-");

/**
 * Verifies a file that is in memory. What is wrong with the file is in the verdict; nothing about it is thrown but, where
 * `mostAttached` is given, AttachmentTooLarge.
 * Whose it is, only `trustedKeys` can tell: without one of them the verdict is that the file agrees with itself.
 */
export function verifyBundle(bytes: Uint8Array, options: VerifyOptions): BundleVerdict {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const checks = new CheckList();
  return file.subarray(0, PDF.length).equals(PDF)
    ? verifyDocument(file, checks, options)
    : verifyText(file, checks, { options, seal: null });
}

/** Verifies JSON Lines as they are read; memory does not grow with the number of records. Errors of reading pass through. */
export async function verifyBundleLines(lines: BundleLines, options: VerifyOptions): Promise<BundleVerdict> {
  const checks = new CheckList();
  const parts = readOr(checks, () => partsOfLines(lines.header, lines.proof));
  if ("verdict" in parts) return parts.verdict;
  const verification = new FileVerification(checks, parts, options);
  for await (const page of lines.records) {
    for (const line of page) verification.add(() => parts.read(line));
  }
  return verification.finish(null);
}

function verifyDocument(file: Buffer, checks: CheckList, options: VerifyOptions): BundleVerdict {
  const seal = readPdfSeal(file);
  const attached = checks.run("pdf_seal", () => {
    insist(seal !== null, "the document does not end in its seal line: it has none, or was added to");
    return { detail: "", value: embeddedFile(seal.covered, options.mostAttached) };
  });
  // A document without its bundle is a bundle that does not hold, not an unknown kind of file.
  if (attached === null) return unread(checks, true);
  const verdict = verifyText(attached, checks, { options, seal });
  return { ...verdict, readable: true };
}

function verifyText(
  bytes: Buffer,
  checks: CheckList,
  { options, seal }: { options: VerifyOptions; seal: PdfSeal | null },
): BundleVerdict {
  const file = readOr(checks, () => wholeFile(textOf(bytes)), seal !== null);
  if ("verdict" in file) return file.verdict;
  const verification = new FileVerification(checks, file, options);
  for (const read of file.records) verification.add(read);
  return verification.finish(seal);
}

function wholeFile(text: string): WholeFile {
  const lines = linesOf(text);
  if (lines !== null) {
    const [header = "", ...others] = lines;
    const proof = others.pop() ?? "";
    const parts = partsOfLines(header, proof);
    return { ...parts, records: others.map((line) => () => parts.read(line)) };
  }
  const file = parseStrictJson(text);
  if (!isPlainObject(file) || !isPlainObject(file.proof)) throw new NotABundle("it is JSON, but no bundle of evidence");
  insist(Array.isArray(file.records), "the file has no array of records");
  const records: unknown[] = file.records;
  const proof = readProof(file.proof);
  insist(proof.format === BUNDLE_FORMAT, `${proof.format} is JSON Lines, and this is not`);
  return {
    ...{ header: readHeader(file, ["records", "proof"]), proof, headerLine: null },
    records: records.map((record) => () => recordOf(record)),
  };
}

function partsOfLines(header: string, proofLine: string): LinesParts {
  const last = parseStrictJson(proofLine);
  if (!isPlainObject(last) || Object.keys(last).join() !== "proof")
    throw new NotABundle("the last line is not the proof");
  const proof = readProof(last.proof);
  if (proof.format === LINES_FORMAT) {
    return { header: readLinesHeader(inItsOneForm(header)), proof, headerLine: header, read: recordAndBeside };
  }
  return { header: readHeader(parseStrictJson(header), []), proof, headerLine: null, read: recordOfLine };
}

/** The lines of JSON Lines; null for a text that is one value, over however many lines. */
export function linesOf(text: string): string[] | null {
  const end = text.indexOf("\n");
  if (end < 0 || text.slice(end).trim() === "" || !isWholeLine(text.slice(0, end))) return null;
  if (!text.endsWith("\n")) throw new NotJson("the last line has no end");
  return text.slice(0, -1).split("\n");
}

/** True for a line that is an object of its own, as no line of a JSON text over several lines is. */
export function isWholeLine(line: string): boolean {
  if (!line.startsWith("{") || !line.trimEnd().endsWith("}")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new NotABundle("it is neither JSON nor a PDF");
  return bytes.toString("utf8");
}

/** What was read, or the verdict on a file that could not be. */
function readOr<T extends object>(
  checks: CheckList,
  work: () => T,
  isDocument = false,
): T | { readonly verdict: BundleVerdict } {
  try {
    return work();
  } catch (error) {
    checks.fail("format", error);
    // Until then the seal has only been found, and nothing of it looked at.
    if (isDocument) checks.skip("pdf_seal", "the bundle in the document cannot be read");
    return { verdict: unread(checks, !(error instanceof NotJson)) };
  }
}

function unread(checks: CheckList, readable: boolean): BundleVerdict {
  const all = checks.all();
  const first_failure = all.find(({ ok }) => !ok)?.name ?? null;
  const nothing = { verified: false, signer: "unknown", fingerprints: [], bundle_id: null } as const;
  return { ...nothing, checks: all, first_failure, readable };
}
