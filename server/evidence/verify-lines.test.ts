// Version 2: JSON Lines in which the salts and the step of a record stand beside it.

import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { exampleBundle, exampleLines, hashOfLines, linesOfBundle, payloadRun } from "./testing/example-bundle";
import { FIRST_KEY } from "./testing/example-log";
import { completedRun, exampleRun, refusedRun, timedOutRun } from "./testing/example-run";
import { RunWriter } from "./testing/run-writer";
import { linesHold } from "./testing/second-lines-verifier";
import type { BundleVerdict } from "./verdict";
import { verifyBundle, verifyBundleLines } from "./verify-bundle";

const TRUSTED = { trustedKeys: [{ public_key: FIRST_KEY.entry.public_key }] };

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const verdictOn = (lines: readonly string[]) => verifyBundle(Buffer.from(textOf(lines)), TRUSTED);

function failures({ checks }: BundleVerdict): string[] {
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

function liveRun(): RunWriter {
  const writer = new RunWriter();
  writer.admit({ stepIndex: 1, stepType: "input" }, { input_tokens: 1, output_tokens: 1, cost_units: 1 });
  return writer;
}

function answers(lines: readonly string[]) {
  return { first: verdictOn(lines).verified, second: linesHold(lines) };
}

const BUNDLES = [
  ["a stopped run with a late result", () => exampleLines(exampleRun().rows)],
  ["a completed run", () => exampleLines(completedRun().rows)],
  ["a run stopped by time", () => exampleLines(timedOutRun().rows)],
  ["a refused run", () => exampleLines(refusedRun().rows)],
  ["a live run", () => exampleLines(liveRun().rows)],
  ["a run with payloads", () => exampleLines(payloadRun().rows, { salts: payloadRun().salts })],
] as const;

describe.each(BUNDLES)("C5: the lines of %s", (_, make) => {
  it("hold for both verifiers, read whole and read one by one", async () => {
    const lines = await make();
    expect(failures(verdictOn(lines))).toEqual([]);
    expect(answers(lines)).toEqual({ first: true, second: true });
    const [header = "", ...rest] = lines;
    const proof = rest.pop() ?? "";
    const records = (async function* () {
      for (const line of rest) yield [line];
    })();
    expect(await verifyBundleLines({ header, proof, records }, TRUSTED)).toEqual(verdictOn(lines));
  });
});

describe("C5: the lines of version 2", () => {
  it("say as many figures as the header of version 1 did", async () => {
    const compared = ({ checks }: BundleVerdict) => checks.find(({ name }) => name === "figures")?.detail;
    const { file } = await exampleBundle();
    expect(compared(verdictOn(await exampleLines()))).toBe(
      compared(verifyBundle(Buffer.from(linesOfBundle(file)), TRUSTED)),
    );
  });

  it("are refused when one is dropped, doubled, swapped, empty or cut", async () => {
    const lines = await exampleLines();
    for (const [at, line] of lines.entries()) {
      const before = lines[at - 1] ?? lines[at + 1] ?? "";
      const other = at === 0 ? 1 : at - 1;
      for (const [where, forged] of [
        [`line ${at} dropped`, lines.toSpliced(at, 1)],
        [`line ${at} doubled`, lines.toSpliced(at, 0, line)],
        [`line ${at} swapped`, lines.with(at, before).with(other, line)],
        [`an empty line before ${at}`, lines.toSpliced(at, 0, "")],
        [`line ${at} cut`, lines.with(at, line.slice(0, randomInt(line.length)))],
        [`line ${at} with a blank`, lines.with(at, line.replace(":", ": "))],
      ] as const) {
        // White space in the proof means nothing: it is signed by what it holds.
        if (where.endsWith("with a blank") && at === lines.length - 1) continue;
        expect({ where, ...answers(forged) }).toEqual({ where, first: false, second: false });
      }
    }
  });

  // Whoever has the key may sign any lines: what they say of the steps must still be what the records say.
  it.each<[string, (line: Line) => Line, string]>([
    ["another figure", changing({ output_tokens: 1 }), "output_tokens is 1"],
    ["another inflection", changing({ is_inflection: false, status: "ok" }), "is_inflection is false"],
    ["another step's index", changing({ step_index: 77 }), "another step than its own"],
    ["a step beside a record that begins none", ({ record }) => ({ record, step: { step_index: 1 } }), "begins none"],
    ["a step that is left out", (line) => ({ record: line.record }), "are not listed"],
  ])("are refused though their hash is right: %s", async (what, change, said) => {
    const lines = await exampleLines();
    const at = lines.findIndex((line) =>
      line.includes(`"kind":"${what.includes("begins none") ? "result" : "report"}"`),
    );
    const forged = lines.with(at, JSON.stringify(change(JSON.parse(lines[at] ?? ""))));
    const hash = `sha256:${hashOfLines(forged.slice(0, -1)).toString("hex")}`;
    const proof = JSON.parse(forged.at(-1) ?? "");
    proof.proof.bundle_hash = hash;
    const figures = verdictOn(forged.with(-1, JSON.stringify(proof))).checks.find(({ name }) => name === "figures");
    expect(figures).toMatchObject({ ok: false, detail: expect.stringContaining(said) });
  });

  it("pass for no lines of version 1, and those for none of version 2", async () => {
    const own = await exampleLines();
    const old = linesOfBundle((await exampleBundle()).file)
      .slice(0, -1)
      .split("\n");
    const other = (lines: string[]) => lines.with(-1, (lines.at(-1) ?? "").replace(/(evidence\/)([12])/, swapped));
    for (const lines of [other(own), other(old)]) expect(answers(lines)).toEqual({ first: false, second: false });
    const whole = { ...JSON.parse(own[0] ?? ""), records: [], salts: {}, ...JSON.parse(own.at(-1) ?? "") };
    expect(failures(verifyBundle(Buffer.from(JSON.stringify(whole)), TRUSTED)).join()).toContain("JSON Lines");
  });
});

type Line = { record: object; step?: object };

function changing(change: object): (line: Line) => Line {
  return ({ record, step }) => ({ record, step: { ...step, ...change } });
}

function swapped(_all: string, format: string, version: string): string {
  return `${format}${version === "1" ? 2 : 1}`;
}
