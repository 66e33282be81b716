// What a document says to other programs: text, facts, fonts and attachments, read with poppler.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function withFile<Result>(bytes: Uint8Array, use: (file: string, folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-pdf-"));
  try {
    const file = join(folder, "document.pdf");
    writeFileSync(file, bytes);
    return use(file, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new Error(
      `${program} is missing: install poppler-utils (apt-get install poppler-utils, brew install poppler)`,
    );
  }
}

/** Page by page. */
export function textOf(bytes: Uint8Array): string[] {
  return withFile(bytes, (file) => output("pdftotext", ["-layout", file, "-"]).split("\f").slice(0, -1));
}

/** With every run of white space as one space, for sentences that the page breaks into lines. */
export function flatTextOf(bytes: Uint8Array): string {
  return withFile(bytes, (file) => output("pdftotext", [file, "-"]).replace(/\s+/g, " "));
}

export function infoOf(bytes: Uint8Array): string {
  return withFile(bytes, (file) => output("pdfinfo", [file]));
}

/** Per font: its name and whether it is embedded. */
export function fontsOf(bytes: Uint8Array): { name: string; embedded: boolean }[] {
  const lines = withFile(bytes, (file) => output("pdffonts", [file]))
    .split("\n")
    .slice(2);
  return lines
    .filter((line) => line !== "")
    .map((line) => ({ name: line.split(" ")[0] ?? "", embedded: /\byes yes yes\b/.test(line) }));
}

export function attachmentsOf(bytes: Uint8Array): { name: string; bytes: Buffer }[] {
  return withFile(bytes, (file, folder) => {
    output("pdfdetach", ["-saveall", "-o", folder, file]);
    const names = readdirSync(folder).filter((name) => name !== "document.pdf");
    return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  });
}
