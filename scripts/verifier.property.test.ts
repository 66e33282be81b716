import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifierPath } from "@/scripts/verifier.mjs";
import { FIRST_KEY } from "@/server/evidence/testing/example-log";
import { longBundle } from "@/server/evidence/testing/long-bundle";

const COUNT = 100_000;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-long-"));
  path = join(folder, "long.jsonl");
  await pipeline(Readable.from(longBundle(COUNT)), createWriteStream(path));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** With a heap that does not hold the file. */
function run(file: string) {
  const args = ["--max-old-space-size=40", verifierPath, file, "--key", FIRST_KEY.entry.public_key];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout };
}

it("C5: 100 000 records in JSON Lines are verified as a stream, in memory that does not hold them", () => {
  const { status, stdout } = run(path);
  expect(stdout).toContain(`${COUNT} records, each hashed with the one before it`);
  expect(status).toBe(0);
});

it.each([
  ["a record dropped", (line: string, at: number) => (at === 54_321 ? [] : [line])],
  ["a record doubled", (line: string, at: number) => (at === 54_321 ? [line, line] : [line])],
  [
    "a figure changed",
    (line: string, at: number) =>
      at === 54_321 ? [line.replace('"output_tokens":200', '"output_tokens":201')] : [line],
  ],
])("C5: %s among them is found", async (_, change) => {
  const forged = join(folder, "forged.jsonl");
  const lines = createInterface({ input: createReadStream(path) });
  const changed = async function* () {
    let at = 0;
    for await (const line of lines) for (const one of change(line, at++)) yield `${one}\n`;
  };
  await pipeline(Readable.from(changed()), createWriteStream(forged));
  const { status, stdout } = run(forged);
  expect(stdout).toMatch(/FAIL {2}The records are complete and in order/);
  expect(status).toBe(1);
});
