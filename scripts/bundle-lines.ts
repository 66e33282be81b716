// JSON Lines of any length, in blocks: the first line and the last at once, the records between them as they are read.

import { isUtf8 } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import type { BundleLines } from "@/server/evidence/verify-bundle";

const BLOCK = 1 << 20;
/** Longer lines than V8 has strings are no lines of ours. */
const MAX_LINE = 256 << 20;
const LF = 10;

export class NotLines extends Error {
  override readonly name = "NotLines";
}

/** The file's lines, to be closed; or null when its first line is not all of something: a JSON text then, or no JSON at all. */
export async function openLines(
  path: string,
  isHeader: (line: string) => boolean,
): Promise<(BundleLines & { close(): Promise<void> }) | null> {
  const file = await open(path);
  const { size } = await file.stat();
  const header = await firstLine(file, size);
  const isLines = header !== null && !(await isBlank(file, header.end, size)) && isHeader(header.line);
  if (!isLines) {
    await file.close();
    return null;
  }
  const proof = await lastLine(file, { from: header.end, size });
  const parts = { header: header.line, proof: proof.line, records: records(file, header.end, proof.start) };
  return { ...parts, close: () => file.close() };
}

async function firstLine(file: FileHandle, size: number): Promise<{ line: string; end: number } | null> {
  const blocks: Buffer[] = [];
  for (let at = 0; at < Math.min(size, MAX_LINE); at += BLOCK) {
    const block = await read(file, at, Math.min(size, at + BLOCK));
    const end = block.indexOf(LF);
    blocks.push(end < 0 ? block : block.subarray(0, end));
    if (end >= 0) return { line: textOf(Buffer.concat(blocks)), end: at + end + 1 };
  }
  return null;
}

/** White space behind a JSON text on one line makes no JSON Lines of it. */
async function isBlank(file: FileHandle, from: number, size: number): Promise<boolean> {
  return size - from <= BLOCK && (await read(file, from, size)).toString("latin1").trim() === "";
}

async function lastLine(
  file: FileHandle,
  { from, size }: { from: number; size: number },
): Promise<{ line: string; start: number }> {
  const blocks: Buffer[] = [];
  for (let end = size; end > from && size - end < MAX_LINE; end -= BLOCK) {
    const at = Math.max(from, end - BLOCK);
    const block = await read(file, at, end);
    if (end === size && block.at(-1) !== LF) throw new NotLines("the last line has no end");
    const found = block.lastIndexOf(LF, end === size ? -2 : -1);
    blocks.unshift(block.subarray(found + 1));
    if (found >= 0) return { line: withoutEnd(Buffer.concat(blocks)), start: at + found + 1 };
  }
  return { line: withoutEnd(Buffer.concat(blocks)), start: from };
}

async function* records(file: FileHandle, from: number, to: number): AsyncGenerator<readonly string[]> {
  let rest = Buffer.alloc(0);
  for (let at = from; at < to; at += BLOCK) {
    const bytes = Buffer.concat([rest, await read(file, at, Math.min(to, at + BLOCK))]);
    const end = bytes.lastIndexOf(LF);
    rest = Buffer.from(bytes.subarray(end + 1));
    if (rest.length > MAX_LINE) throw new NotLines("a line without an end");
    if (end >= 0) yield textOf(bytes.subarray(0, end)).split("\n");
  }
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const block = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, from + filled);
    if (bytesRead === 0) throw new NotLines("the file became shorter while it was read");
    filled += bytesRead;
  }
  return block;
}

function withoutEnd(bytes: Buffer): string {
  return textOf(bytes.at(-1) === LF ? bytes.subarray(0, -1) : bytes);
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new NotLines("the file is not UTF-8");
  return bytes.toString("utf8");
}
