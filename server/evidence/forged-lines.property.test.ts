import { describe, expect, it } from "vitest";
import { exampleLines, payloadRun } from "./testing/example-bundle";
import { FIRST_KEY } from "./testing/example-log";
import { completedRun, exampleRun, timedOutRun } from "./testing/example-run";
import { forgeriesOf } from "./testing/json-forgeries";
import { linesHold } from "./testing/second-lines-verifier";
import { verifyBundle } from "./verify-bundle";

const TRUSTED = { trustedKeys: [{ public_key: FIRST_KEY.entry.public_key }] };

function answers(lines: readonly string[]) {
  const text = lines.map((line) => `${line}\n`).join("");
  return { first: verifyBundle(Buffer.from(text), TRUSTED).verified, second: linesHold(lines) };
}

describe.each([
  ["a stopped run", () => exampleLines(exampleRun().rows)],
  ["a completed run", () => exampleLines(completedRun().rows)],
  ["a run stopped by time", () => exampleLines(timedOutRun().rows)],
  ["a run with payloads", () => exampleLines(payloadRun().rows, { salts: payloadRun().salts })],
] as const)("C5: the lines of %s", (_, make) => {
  it("hold in no other form: every value changed, dropped, doubled, swapped", async () => {
    const lines = await make();
    let count = 0;
    for (const [at, line] of lines.entries()) {
      for (const { where, forged } of forgeriesOf(JSON.parse(line), `line ${at}`)) {
        if (/\.proof\.entries\[\d+\] swapped$/.test(where)) continue;
        count += 1;
        const answer = answers(lines.with(at, JSON.stringify(forged)));
        expect({ where, ...answer }).toEqual({ where, first: false, second: false });
      }
    }
    expect(count).toBeGreaterThan(300);
  });
});
