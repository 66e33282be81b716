import { celEnv, parse, plan } from "@bufbuild/cel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, maxPatternPositions } from "@/server/policy-language/values/pattern";

function compiled(pattern: string): (text: string) => boolean {
  const result = compilePattern(pattern);
  if (!result.ok) throw new Error(`${pattern}: ${result.message}`);
  return result.test;
}

describe("patterns", () => {
  it.each([
    ["sonnet", "claude-sonnet-4", true],
    ["^claude-(sonnet|opus)-[0-9]+$", "claude-sonnet-45", true],
    ["^sonnet", "claude-sonnet", false],
    ["^$", "", true],
    ["^$", "a", false],
    ["", "anything", true],
    ["(^|,)prod(,|$)", "dev,prod", true],
    ["(^|,)prod(,|$)", "dev,production", false],
    ["a{2,3}b", "caab", true],
    ["a{2,3}b", "cab", false],
    ["^(?:ab){2,}$", "ababab", true],
    ["(?i)CLAUDE", "Claude", true],
    ["(?i)Ärger", "ärger", true],
    ["(?s)a.b", "a\nb", true],
    ["a.b", "a\nb", false],
    ["[^a-z]", "abc", false],
    ["[]x]", "]", true],
    ["[a\\-z]", "-", true],
    ["\\d+\\.\\d", "v1.2", true],
    ["^.$", "😀", true],
    ["[😀-😂]", "😁", true],
    ["\\x41\\x{1F600}", "A😀", true],
    ["x{,2}", "x{,2}", true],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(compiled(pattern)(text)).toBe(expected);
  });

  it.each([
    "(",
    "a)",
    "[a",
    "*a",
    "a**",
    "\\1",
    "\\b",
    "(?=a)",
    "(?!a)",
    "(?i:a)",
    "\\p{L}",
    "[[:alpha:]]",
    "[z-a]",
    "a{3,2}",
    "a{1000}",
    "\\",
    "^*",
    "(^)*a",
    "x{101}",
    "(a{50}){3}",
  ])("refuses %s with a reason", (pattern) => {
    const result = compilePattern(pattern);
    expect(result.ok).toBe(false);
  });

  it("agree with the library's RE2 on random patterns and texts", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      "c",
      ".",
      "[ab]",
      "[^a]",
      "\\d",
      "\\w",
      "(a|b)",
      "(ab|c)",
      "(?:a|)",
      "^",
      "$",
      "[a-c1]",
      "\\.",
    );
    const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?");
    const piece = fc.tuple(atom, quantifier).map(([a, q]) => (a === "^" || a === "$" ? a : a + q));
    const branch = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const pattern = fc.array(branch, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("|"));
    const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "\n", "é", "."), maxLength: 8 }), {
      minLength: 5,
      maxLength: 5,
    });
    const env = celEnv();
    let compared = 0;
    fc.assert(
      fc.property(pattern, texts, (source, samples) => {
        const ours = compilePattern(source);
        if (!ours.ok) return;
        const theirs = plan(env, parse(`text.matches(${JSON.stringify(source)})`));
        for (const text of samples) {
          compared++;
          if (ours.test(text) !== theirs({ text }))
            throw new Error(JSON.stringify({ source, text, ours: ours.test(text) }));
        }
      }),
      { numRuns: 3_000 },
    );
    expect(compared).toBeGreaterThan(10_000);
  });

  it("take time linear in the text, however hostile the pair", () => {
    const texts = [
      "a".repeat(4_096),
      "ab".repeat(2_048),
      "é".repeat(4_096),
      "\u{1F600}".repeat(2_048),
      `${"a".repeat(4_095)}!`,
    ];
    for (const pattern of [
      "(a+)+$",
      "(a|aa)*c",
      "(a?){45}a{45}",
      "(.*)(.*)(.*)(.*)x",
      "(a|b|ab)*bc",
      "([a-z]+)*[0-9]",
      `${".?".repeat(90)}x`,
    ]) {
      const test = compiled(pattern);
      for (const text of texts) {
        const times = [1, 2, 3].map(() => {
          const started = performance.now();
          test(text);
          return performance.now() - started;
        });
        expect(Math.min(...times)).toBeLessThan(10);
      }
    }
  });

  it("any text compiles or is refused", () => {
    const unit = fc.constantFrom(..."ab01^$.*+?()[]{}|\\-,:ixsd\n😀".split(""));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), fc.string({ unit, maxLength: 20 }), (pattern, text) => {
        const result = compilePattern(pattern);
        if (result.ok) expect(typeof result.test(text)).toBe("boolean");
        else expect(result.message).not.toBe("");
      }),
      { numRuns: 20_000 },
    );
    expect(compilePattern("a".repeat(maxPatternPositions)).ok).toBe(true);
    expect(compilePattern("a".repeat(maxPatternPositions + 1)).ok).toBe(false);
  });
});
