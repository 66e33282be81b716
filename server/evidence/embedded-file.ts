// The one file that is attached to a document of ours, taken out without a reader of PDF. Our writer makes the attachment's
// stream with a plain dictionary and, at most, Flate; a file that does otherwise is not of ours.
import { inflateSync } from "node:zlib";
import { insist } from "./verdict";

/** What an attachment may come to, in bytes; a few kilobytes can be made to grow without end. */
const MAX_BYTES = 256 * 1024 * 1024;

/** It is longer than the reader wants to look at, which says nothing about the document. */
export class AttachmentTooLarge extends Error {
  override readonly name = "AttachmentTooLarge";
}
/** What a stream's dictionary may come to; ours has about 200 bytes. */
const MAX_DICTIONARY = 4_096;
// White space and digits are counted in every pattern: a hostile file has millions of them.
const TYPE = /\/Type\s{0,8}\/EmbeddedFile(?![A-Za-z])/g;
const STREAM = /\bstream\r?\n/g;

/**
 * Throws a Discrepancy unless the document has exactly one attachment and its bytes can be read; AttachmentTooLarge when it
 * comes to more than `most` bytes.
 */
export function embeddedFile(pdf: Buffer, most?: number): Buffer {
  // One byte, one character: offsets in the text are offsets in the file.
  const text = pdf.toString("latin1");
  TYPE.lastIndex = 0;
  const only = TYPE.exec(text);
  insist(only !== null, "the document has 0 attachments, not one");
  // Not counted further: a hostile file has millions.
  insist(TYPE.exec(text) === null, "the document has 2 attachments or more, not one");
  const start = text.lastIndexOf(" obj", only.index);
  STREAM.lastIndex = only.index;
  const stream = STREAM.exec(text);
  insist(start >= 0 && stream !== null, "the document's attachment has no content");
  const dictionary = text.slice(start, stream.index);
  insist(dictionary.length <= MAX_DICTIONARY, "the attachment's dictionary is not one of ours");
  const begin = stream.index + stream[0].length;
  const length = lengthOf(dictionary, text);
  insist(/^\s*endstream\b/.test(text.slice(begin + length, begin + length + 16)), "the attachment's length is wrong");
  const bytes = pdf.subarray(begin, begin + length);
  const filter = /\/Filter\s{0,8}\[?\s{0,8}\/(\w{1,32})/.exec(dictionary)?.[1];
  insist(filter === undefined || filter === "FlateDecode", `the attachment is encoded as ${filter}`);
  if (most !== undefined && bytes.length > most) throw new AttachmentTooLarge();
  return filter === undefined ? bytes : inflated(bytes, most);
}

// Written beside the stream, or as an object of its own.
function lengthOf(dictionary: string, text: string): number {
  const [, digits, generation] = /\/Length\s{1,8}(\d{1,10})(?!\d)(?:\s{1,8}(\d{1,5})\s{1,8}R)?/.exec(dictionary) ?? [];
  insist(digits !== undefined, "the attachment has no length");
  if (generation === undefined) return Number(digits);
  const [, length] =
    new RegExp(`(?:^|\\s)${digits} ${generation} obj\\s{1,8}(\\d{1,10})\\s{1,8}endobj`).exec(text) ?? [];
  insist(length !== undefined, "the attachment's length is nowhere");
  return Number(length);
}

function inflated(bytes: Buffer, most: number | undefined): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: most ?? MAX_BYTES });
  } catch (error) {
    const isLong = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isLong && most !== undefined) throw new AttachmentTooLarge();
    insist(false, `the attachment cannot be read: ${error instanceof Error ? error.message : "unknown"}`);
    return bytes;
  }
}
