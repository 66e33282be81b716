import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AmbiguousJson, NotJson, parseStrictJson } from "./strict-json";

describe("parseStrictJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.nat(3), (text, indent) => {
        const value = JSON.parse(text);
        expect(parseStrictJson(JSON.stringify(value, null, indent))).toEqual(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    '"\\u00e9\\n\\"\\\\\\/"',
    '"\ud83d\ude00"',
    '"\\ud83d\\ude00"',
    "-0",
    "1e-7",
    "[1.5,[],{}]",
    ' {"a" : [ ] }\n',
  ])("reads %s", (text) => expect(parseStrictJson(text)).toEqual(JSON.parse(text)));

  it.each([
    ...["", " ", "{", "[", "[1,]", "{,}", '{"a":1,}', "{a:1}", "01", "1.", ".5", "+1", "-", "1e", "nul", "tru", "NaN"],
    ...[
      '"',
      '"\n"',
      '"\t"',
      '"\\x"',
      '"\\u12"',
      "'a'",
      "1 2",
      "[1]]",
      '{"a" 1}',
      "\ufeff1",
      "[1 2]",
      '"\\"',
      "//1",
      "\u00a01",
    ],
  ])("refuses %j, which is no JSON", (text) => {
    expect(() => parseStrictJson(text)).toThrow(NotJson);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it.each([
    ['{"a":1,"a":1}', "there twice"],
    ['{"a":1,"\\u0061":2}', "there twice"],
    ['{"__proto__":1,"__proto__":2}', "there twice"],
    ['[{"x":{"b":1,"c":2,"b":3}}]', "there twice"],
    ['"\\ud83d"', "surrogate"],
    ['{"\\udc00":1}', "surrogate"],
    ["9007199254740993", "double"],
    ["1e-400", "double"],
    ["123456789012345678901", "double"],
    ["1e400", "double"],
    ["0.12345678901234567890", "double"],
    [`${"[".repeat(200)}${"]".repeat(200)}`, "levels"],
  ])("refuses %s, which readers understand differently", (text, why) => {
    expect(() => parseStrictJson(text)).toThrow(AmbiguousJson);
    expect(() => parseStrictJson(text)).toThrow(why);
  });

  it("makes a member of __proto__ and does not reach the prototype", () => {
    const value = parseStrictJson('{"__proto__":{"x":1}}');
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
    expect(Reflect.get(Object(value), "x")).toBeUndefined();
  });

  it("reads long strings and many backslashes in linear time", () => {
    const long = JSON.stringify('\\"'.repeat(1_000_000));
    expect(parseStrictJson(long)).toBe('\\"'.repeat(1_000_000));
    expect(() => parseStrictJson(`"${"\\".repeat(1_000_001)}"`)).toThrow(NotJson);
  });
});
