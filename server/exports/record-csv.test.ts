import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvidenceRecord } from "@/server/evidence/record";
import { csvLine, harmless, original, recordCells } from "@/server/exports/record-csv";

/** What a spreadsheet makes of a line, whichever separator it takes: RFC 4180 with quotes. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ["", false];
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at] ?? "";
    if (sign === '"' && isQuoted && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"' && (isQuoted || cell === "")) isQuoted = !isQuoted;
    else if (sign === separator && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += sign;
  }
  return [...cells, cell];
}

const runs = /^[\s"]*[=+\-@＝＋－＠]/;
const nasty = fc
  .array(fc.constantFrom("=", "+", "-", "@", "'", '"', ";", "\t", "|", ",", "\n", "\r", " ", "1", "a", "＝"), {
    maxLength: 12,
  })
  .map((signs) => signs.join(""));

describe("E6: a cell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["'=1", "''=1"],
    ["a;=cmd()", "a;'=cmd()"],
    ["-5", "'-5"],
    ["plain - text", "plain - text"],
    ["'quoted'", "'quoted'"],
    ["\t@SUM(A1)", "\t'@SUM(A1)"],
    ["＝1+1", "'＝1+1"],
  ])("%j is written %j", (text, cell) => {
    expect([harmless(text), original(cell)]).toEqual([cell, text]);
  });

  it("is given back exactly, whatever it holds", () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string()), (text) => original(harmless(text)) === text),
      { numRuns: 20_000 },
    );
  });

  it("runs in no spreadsheet, whatever it splits lines by", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (texts) => {
        const line = csvLine(texts).slice(0, -2);
        const live = [",", ";", "\t", "|"].flatMap((sign) => cellsOf(line, sign)).filter((cell) => runs.test(cell));
        return live.length === 0;
      }),
      { numRuns: 20_000 },
    );
  });

  it("is read back by RFC 4180 as what was written", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (texts) => {
        const cells = cellsOf(csvLine(texts).slice(0, -2), ",");
        return cells.map(original).join("\0") === texts.join("\0");
      }),
    );
  });
});

it("costs are exact cents", () => {
  const cost = (cost_units: number) => {
    const record: EvidenceRecord = {
      ...{ v: 1 as const, tenant_id: "t", run_id: "r", seq: 1, kind: "report", recorded_at: "" },
      body: { usage: { cost_units } },
    };
    return recordCells({ record, hash: Buffer.alloc(32), text: "", inflection: null })[14];
  };
  expect([0, 1, 2_500, 10_000, 1_000_000, 12_345_678].map(cost)).toEqual([
    "0",
    "0.0001",
    "0.25",
    "1",
    "100",
    "1234.5678",
  ]);
});
