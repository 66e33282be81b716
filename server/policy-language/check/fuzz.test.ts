import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCondition } from "@/server/policy-language/check/condition";
import { maxConditionLength } from "@/server/policy-language/syntax/parse";
import { sampleInput } from "@/server/policy-language/testing/sample-input";

const pieces = fc.constantFrom(
  ..."run step agent actor tags synthetic now tokens cost_cents goal env true false null in has size matches exists all map filter x k".split(
    " ",
  ),
  ..."( ) [ ] { } . , : ? ! - + * / % < > <= >= == != && || \" ' \\ // @ # ; = & | ` ” 😀".split(" "),
  ...[
    " ",
    "\n",
    '"a"',
    "'b'",
    "0",
    "1",
    "2.5",
    "9223372036854775808",
    "0x1F",
    "1u",
    "1e999",
    'r"\\d"',
    '"\\x"',
    '"""',
    "b'a'",
    ".matches(",
  ],
);
const soup = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
const spaced = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(" "));
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 80 }),
);
const nested = fc
  .tuple(
    fc.constantFrom("(", "[", "!(", "{1:", "size(", "tags[", "true?"),
    fc.nat(200),
    fc.constantFrom("", "1", "true"),
    fc.constantFrom("", ")", "]", "}", ":0"),
    fc.nat(200),
  )
  .map(([open, opened, inside, close, closed]) => open.repeat(opened) + inside + close.repeat(closed));

describe("any text", () => {
  it("is accepted and evaluates, or is refused with spans inside of it", { timeout: 120_000 }, () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(soup, spaced, text, nested), (source) => {
        const checked = checkCondition(source);
        if (checked.ok) {
          accepted++;
          const result = checked.condition.evaluate(sampleInput);
          if (!result.ok) expect(result.code).not.toBe("internal");
          return;
        }
        expect(checked.diagnostics.length).toBeGreaterThan(0);
        for (const { span, message } of checked.diagnostics) {
          expect(message).not.toBe("");
          expect(span.from).toBeGreaterThanOrEqual(0);
          expect(span.to).toBeGreaterThanOrEqual(span.from);
          expect(span.to).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 30_000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it("longer than the limit is refused before it is parsed", () => {
    const source = `${"(".repeat(maxConditionLength)}1`;
    const started = performance.now();
    expect(checkCondition(source)).toMatchObject({ ok: false, diagnostics: [{ code: "too_long" }] });
    expect(checkCondition(`true${" ".repeat(maxConditionLength - 4)}`).ok).toBe(true);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    ["brackets", (n: number) => `${"(".repeat(n)}true${")".repeat(n)}`],
    ["lists", (n: number) => `${"[".repeat(n - 1)}1${"]".repeat(n - 1)} == []`],
    ["calls", (n: number) => `${"int(".repeat(n - 1)}1${")".repeat(n - 1)} == 1`],
    ["negations", (n: number) => `${"!(".repeat(n)}true${")".repeat(n)}`],
    ["choices", (n: number) => `${"synthetic ? true : ".repeat(n)}false`],
  ])("nests 32 levels of %s and no more", (_, nest) => {
    const codes = (n: number) => {
      const checked = checkCondition(nest(n));
      return checked.ok ? [] : checked.diagnostics.map((diagnostic) => diagnostic.code);
    };
    expect(codes(32)).not.toContain("too_deep");
    expect(codes(34)).toEqual(["too_deep"]);
  });

  it("in a long flat chain is not deep", () => {
    const source = Array.from({ length: 50 }, (_, index) => `run.steps == ${index}`).join(" || ");
    expect(checkCondition(source)).toMatchObject({ ok: true });
    expect(checkCondition(`${"run.steps - 1 + ".repeat(60)}1 > 0`)).toMatchObject({ ok: true });
  });
});
