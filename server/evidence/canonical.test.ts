import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalBytes, canonicalText, isCanonicalTextOf, jcs, NotCanonical } from "./canonical";
import { canonical as secondCanonical } from "./testing/second-canonical";

// RFC 8785 appendix B.
const NUMBERS: readonly (readonly [string, string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

// RFC 8785 §3.2.3: the order is that of UTF-16 code units, so the emoji (d83d …) comes before the Hebrew letter (fb33).
const ORDERED = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];

describe("jcs", () => {
  it.each(NUMBERS)("writes the double %s as %s", (bits, text) => {
    expect(jcs(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])("refuses the double %s", (bits) => {
    expect(() => jcs(Buffer.from(bits, "hex").readDoubleBE())).toThrow(NotCanonical);
  });

  it("writes the sample of RFC 8785 §3.2.2", () => {
    const sample = String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`;
    expect(jcs(JSON.parse(sample))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts members by UTF-16 code units", () => {
    const shuffled = Object.fromEntries([3, 6, 0, 5, 1, 4, 2].map((at) => [ORDERED[at], at]));
    expect(Object.keys(JSON.parse(jcs(shuffled)))).toEqual(["1", ...ORDERED.filter((key) => key !== "1")]);
    expect(jcs(shuffled)).toBe(`{${ORDERED.map((key, at) => `${JSON.stringify(key)}:${at}`).join()}}`);
  });

  it("is a fixed point, and the same for every order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const text = jcs(value);
        expect(jcs(JSON.parse(text))).toBe(text);
        expect(jcs(reversed(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("canonicalText", () => {
  it("drops absent members and keeps a member called __proto__", () => {
    expect(canonicalText({ b: 1, a: undefined, c: [true, "x", -5] })).toBe('{"b":1,"c":[true,"x",-5]}');
    expect(jcs(JSON.parse('{"a":1,"__proto__":{"b":2}}'))).toBe('{"__proto__":{"b":2},"a":1}');
  });

  it("writes −0 as 0 and both ends of the integers", () => {
    expect(canonicalText([-0, 9007199254740991, -9007199254740991])).toBe("[0,9007199254740991,-9007199254740991]");
  });

  it("encodes as UTF-8", () => {
    expect(canonicalBytes("€😀").toString("hex")).toBe("22e282acf09f988022");
  });

  it.each<[string, unknown]>([
    ["null", { a: null }],
    ["a float", [0.5]],
    ["an integer beyond 2^53 − 1", 9007199254740992],
    ["NaN", Number.NaN],
    ["a bigint", 1n],
    ["undefined in an array", [undefined]],
    ["a hole in an array", new Array(1)],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a name", { "\udc00": 1 }],
    ["U+0000", "a\0"],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a buffer", Buffer.alloc(1)],
    ["a function", () => 1],
    ["undefined", undefined],
    ["too many levels", nested(129)],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalText(unchecked(value))).toThrow(NotCanonical);
  });

  it("agrees with the second verifier's writer", () => {
    const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.boolean(), fc.maxSafeInteger());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("value")),
        fc.dictionary(fc.string({ unit: "binary" }), tie("value")),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        expect(outcome(() => canonicalText(unchecked(any)))).toBe(outcome(() => secondCanonical(any)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("isCanonicalTextOf", () => {
  const isOwn = (text: string) => isCanonicalTextOf(JSON.parse(text), text);

  it("knows the texts of canonicalText, and no others", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        const value = JSON.parse(json);
        const text = outcome(() => canonicalText(unchecked(value)));
        for (const candidate of [
          json,
          JSON.stringify(value),
          JSON.stringify(reversed(value)),
          ...(text ? [text] : []),
        ]) {
          if (isOwn(candidate)) expect(candidate).toBe(text);
        }
        if (text !== null && !/"\d+":/.test(text)) expect(isOwn(text)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":2}',
    '{"a": 1}',
    "[null]",
    "1.5",
    "-0",
    '"\\u0061"',
    '"\\u0000"',
    '"\\ud800"',
    '{"9":1,"10":2}',
  ])("does not take %s", (text) => expect(isOwn(text)).toBe(false));
});

function outcome(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

// The tests hand over what the type forbids: that is what they are about.
function unchecked(value: unknown): string {
  return value as string;
}
