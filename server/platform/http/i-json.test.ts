import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxDepth, parseIJson, readIJson } from "@/server/platform/http/i-json";
import { NotIJson, Problem } from "@/server/platform/http/problem";

function fault(text: string): { code: string; pointer: string } | null {
  try {
    parseIJson(text);
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || !NotIJson.matches(error)) throw error;
    const [first] = error.members.errors ?? [];
    return first ? { code: first.code, pointer: first.pointer } : null;
  }
}

describe("what I-JSON refuses, with its place", () => {
  it.each([
    ['{"a":1,"a":2}', "duplicate_key", "#/a"],
    ['{"x":{"a":1,"b":[{"k":1,"\\u006b":2}]}}', "duplicate_key", "#/x/b/0/k"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_key", "#/__proto__"],
    ['{"a":["ok","\\ud800"]}', "lone_surrogate", "#/a/1"],
    ['{"a":"\\udc00\\ud800"}', "lone_surrogate", "#/a"],
    ['{"a":"\\ud800x"}', "lone_surrogate", "#/a"],
    ['{"a":"\\ud800\\u0041"}', "lone_surrogate", "#/a"],
    ['{"a":"\\u0000"}', "nul", "#/a"],
    ['{"\\u0000":1}', "nul", "#/%00"],
    ['{"a":1e400}', "number", "#/a"],
    ['{"a":[0,-1e999]}', "number", "#/a/1"],
    ["9007199254740993", "number", "#"],
    ['{"n":{"a/b~c":12345678901234567890123}}', "number", "#/n/a~1b~0c"],
    ['{"a":3.141592653589793238462643383279}', "number", "#/a"],
    ['{"a":1e-400}', "number", "#/a"],
    [`{"a":${"[".repeat(maxDepth)}`, "depth", `#/a${"/0".repeat(maxDepth - 1)}`],
    ['{"a":1', "syntax", "#"],
    ['{"a":01}', "syntax", "#"],
    ['{"a":NaN}', "syntax", "#"],
    ["", "syntax", "#"],
    ["\ufeff{}", "syntax", "#"],
    ['{"a":"tab\there"}', "syntax", "#"],
  ])("%s", (text, code, pointer) => {
    expect(fault(text)).toEqual({ code, pointer });
  });

  it("refuses bytes that are not UTF-8, and surrogates written as UTF-8", () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
    ]) {
      expect(() => readIJson(Uint8Array.from(bytes))).toThrow(Problem);
    }
  });

  it("refuses ten thousand levels without ending the process", () => {
    expect(fault("[".repeat(10_000) + "]".repeat(10_000))?.code).toBe("depth");
    expect(fault('{"a":'.repeat(10_000))?.code).toBe("depth");
  });

  it("stays linear on long digits and long strings", () => {
    const started = performance.now();
    expect(fault(`0.1${"0".repeat(500_000)}1`)?.code).toBe("number");
    expect(fault("9".repeat(500_000))?.code).toBe("number");
    expect(fault(`{"a":"${"\\n".repeat(200_000)}\\ud800"}`)?.code).toBe("lone_surrogate");
    expect(fault(`{"a":"${"x".repeat(500_000)}","a":1}`)?.code).toBe("duplicate_key");
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("what it accepts", () => {
  it.each([
    "9007199254740991",
    "-9007199254740992",
    "1152921504606846976",
    "123456789012345680000",
    "1e23",
    "1E+2",
    "0.30000000000000004",
    "0.10000000000000001",
    "-0",
    "0e999",
    "5e-324",
    "1.7976931348623157e308",
    '"\\ud83d\\ude00"',
    '"😀"',
    '{"a":{"k":1},"b":{"k":1}}',
    '"a:b,{\\"c\\":1}"',
    `${"[".repeat(maxDepth)}${"]".repeat(maxDepth)}`,
  ])("%s", (text) => {
    expect(fault(text)).toBeNull();
    expect(parseIJson(text)).toEqual(JSON.parse(text));
  });

  it("keeps __proto__ as an own key, so that a strict schema can refuse it", () => {
    const value = parseIJson('{"__proto__":{"admin":true}}');
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
    expect(Reflect.get(Object(value), "admin")).toBeUndefined();
  });

  it("reads what any writer of doubles writes", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(double, (n) => fault(JSON.stringify(n)) === null));
    fc.assert(fc.property(double, (n) => fault(n.toExponential(16)) === null));
  });
});

// A reader written for clarity: tokens by hand, every rule where the grammar has it.
function naive(text: string): unknown {
  let at = 0;
  const fail = (): never => {
    throw new Error("not I-JSON");
  };
  const skip = () => {
    while (at < text.length && " \t\n\r".includes(text.charAt(at))) at += 1;
  };
  const take = (word: string) => {
    const isHere = text.startsWith(word, at);
    if (isHere) at += word.length;
    return isHere;
  };
  function string(): string {
    const start = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    const value: unknown = JSON.parse(text.slice(start, at));
    const read = typeof value === "string" ? value : fail();
    const half = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
    return half.test(read) || read.includes("\0") ? fail() : read;
  }
  function number(): number {
    const [token] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(text.slice(at)) ?? fail();
    at += token.length;
    const value = Number(token);
    const isWhole = /^-?\d+$/.test(token);
    const digits = token.replace(/[eE].*|[-.]/g, "").replace(/^0+|0+$/g, "");
    const prints =
      String(value)
        .replace(/e.*|[-.]/g, "")
        .replace(/^0+|0+$/g, "") === digits;
    const isCarried = digits === "" || prints || (isWhole ? BigInt(token) === BigInt(value) : digits.length <= 17);
    return Number.isFinite(value) && (value !== 0 || digits === "") && isCarried ? value : fail();
  }
  function value(depth: number): unknown {
    skip();
    if (text[at] === '"') return string();
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("null")) return null;
    if (text[at] !== "{" && text[at] !== "[") return number();
    if (depth === maxDepth) fail();
    const isObject = take("{") || !take("[");
    const close = isObject ? "}" : "]";
    const entries: [string, unknown][] = [];
    skip();
    if (take(close)) return isObject ? {} : [];
    do {
      skip();
      const key = isObject ? (text[at] === '"' ? string() : fail()) : String(entries.length);
      if (entries.some(([known]) => known === key)) fail();
      skip();
      if (isObject && !take(":")) fail();
      entries.push([key, value(depth + 1)]);
      skip();
    } while (take(","));
    if (!take(close)) fail();
    return isObject ? Object.fromEntries(entries) : entries.map(([, item]) => item);
  }
  const read = value(0);
  skip();
  return at === text.length ? read : fail();
}

function outcome(read: (text: string) => unknown, text: string): string {
  try {
    return JSON.stringify(read(text)) ?? "undefined";
  } catch {
    return "refused";
  }
}

describe("equals a naive reader", () => {
  // Fragments that meet each other's edges far more often than random characters would.
  const fragment = fc.constantFrom(
    ...['"', "\\", "\\u", "\\ud800", "\\udc00", "\\u0000", "\\u0061", "d83d", "{", "}", "[", "]", ",", ":", " ", "\n"],
    ...[
      '"a"',
      '"\\u0061"',
      '"b":',
      '"a":1',
      "0",
      "1",
      "-",
      "e",
      "E",
      "+",
      ".",
      "1e309",
      "9007199254740993",
      "true",
      "null",
    ],
    ...['"__proto__":{}', "é", "😀", "\t", "\u0001"],
  );

  it("on arbitrary fragments", () => {
    const text = fc.oneof(
      fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.array(fragment, { maxLength: 8 }).map((parts) => `{"a":[${parts.join("")}]}`),
      fc.array(fragment, { maxLength: 6 }).map((parts) => `{"a":"${parts.join("")}"}`),
    );
    fc.assert(
      fc.property(text, (sample) => outcome(parseIJson, sample) === outcome(naive, sample)),
      { numRuns: 20_000 },
    );
  });

  it("on JSON with one character changed", () => {
    const sample = fc.tuple(fc.json(), fc.nat(), fragment).map(([json, place, piece]) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + piece + json.slice(at + 1);
    });
    fc.assert(
      fc.property(sample, (text) => outcome(parseIJson, text) === outcome(naive, text)),
      { numRuns: 10_000 },
    );
  });
});
