import fc from "fast-check";
import { expect, it } from "vitest";
import { formatFilter, parseFilter } from "./filter-grammar";
import type { FilterDef } from "./filter-value";

const filters: FilterDef[] = [
  { key: "severity", label: "Severity", options: ["low", "high"].map((value) => ({ value, label: value })) },
  { key: "agent", label: "Agent", free: true, negatable: true },
  { key: "run_id", label: "Run", free: true },
  { key: "status", label: "Status", free: true, single: true },
  { key: "q", label: "Words", free: true },
];

const text = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((value) => value.trim() !== "");
const odd = fc.constantFrom(
  "OR",
  "a b",
  "(x)",
  '"',
  "\\",
  "key:value",
  "-x",
  "or",
  "a:b c",
  "agent:",
  '\\"',
  "-agent:x",
);
const values = fc.uniqueArray(fc.oneof(text, odd), { minLength: 1, maxLength: 4 });
const sentence = fc
  .array(fc.oneof(text, odd), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts
      .join(" ")
      .split(/\s+/)
      .filter((part) => part !== "")
      .join(" "),
  )
  .filter((value) => value !== "");

const value = fc
  .record(
    {
      severity: fc.uniqueArray(fc.constantFrom("low", "high"), { minLength: 1 }),
      agent: values,
      "-agent": values,
      run_id: values,
      status: values.map((all) => all.slice(0, 1)),
      q: sentence.map((words) => [words]),
    },
    { requiredKeys: [] },
  )
  .map((record) => ({ ...record }));

it("reads back what it wrote", () => {
  fc.assert(
    fc.property(value, (given) => {
      expect(parseFilter(formatFilter(given), filters)).toEqual({ value: given, problems: [] });
    }),
    { numRuns: 50_000 },
  );
});

it("takes any text, and what it understood of it stays when written and read again", () => {
  const anything = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom("agent:", "(", ")", " ", "OR", '"', "x", "-", "q:", "\\")).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(anything, (given) => {
      const { value: understood } = parseFilter(given, filters);
      expect(parseFilter(formatFilter(understood), filters)).toEqual({ value: understood, problems: [] });
    }),
    { numRuns: 50_000 },
  );
});
