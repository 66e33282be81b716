import fc from "fast-check";

// Random well-typed conditions as text. Every name and function of the language occurs; the pieces are put together by
// type, so that nearly all of them pass the checker.

type Typed = {
  bool: string;
  int: string;
  double: string;
  string: string;
  time: string;
  span: string;
  ints: string;
  strings: string;
};

const intFields = ["tokens", "input_tokens", "output_tokens", "steps", "duration_ms", "repeats"].map((f) => `run.${f}`);
const stepInts = ["index", "tokens", "duration_ms", "retries"].map((f) => `step.${f}`);
const doubleFields = ["run.cost_cents", "run.burn_rate_cents_per_minute", "run.steps_per_minute", "step.cost_cents"];
const stringFields = ["run.id", "run.goal", "run.model", "step.type", "step.skill", "agent.id", "actor.id", "tags.env"];

const bigInts = [
  "9223372036854775807",
  "-9223372036854775808",
  "9007199254740993",
  "4611686018427387904",
  "-9007199254740992",
];
const words = ["", "a", "ab", "prod", "shell", "claude", "é", "😀", "Z z", "a\\b", 'q"', "\n"];

const intLiteral = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom(...bigInts) },
  { weight: 1, arbitrary: fc.constantFrom("0x10", "1000000", "12000") },
);
const doubleLiteral = fc.oneof(
  fc.constantFrom(
    "0.0",
    "1.0",
    "-1.5",
    "2.5e3",
    "12000.0",
    "9007199254740992.0",
    "9.223372036854775807e18",
    "1e300",
    ".5",
  ),
  fc.integer({ min: -50, max: 50 }).map((n) => `${n}.25`),
);
const stringLiteral = fc.oneof(
  fc.constantFrom(...words).map((word) => JSON.stringify(word)),
  fc.constantFrom("'x'", 'r"a\\d"', '"\\u00e9"'),
);
const timeLiteral = fc
  .constantFrom(
    "2026-01-01T00:00:00Z",
    "2026-03-04T22:15:30.250Z",
    "1999-12-31T23:59:59.999+05:30",
    "9999-12-31T23:59:59Z",
    "1000-01-01T00:00:00Z",
  )
  .map((text) => `timestamp("${text}")`);
const spanLiteral = fc
  .constantFrom("0s", "1s", "-1.5h", "2h45m", "300ms", "-999ms", "2500000h", "1ms")
  .map((text) => `duration("${text}")`);

const compare = fc.constantFrom("<", "<=", ">", ">=", "==", "!=");
const same = fc.constantFrom("==", "!=");
const macro = fc.constantFrom("exists", "all", "exists_one");
const variable = fc.constantFrom("x", "y");
const timePart = fc.constantFrom(
  "getHours()",
  "getMinutes()",
  "getSeconds()",
  "getMilliseconds()",
  "getDayOfWeek()",
  "getDate()",
  "getDayOfMonth()",
  "getMonth()",
  "getFullYear()",
  "getDayOfYear()",
  'getHours("+05:30")',
  'getHours("Asia/Tokyo")',
  'getMinutes("America/New_York")',
);
const spanPart = fc.constantFrom("getHours()", "getMinutes()", "getSeconds()", "getMilliseconds()");

const { bool } = fc.letrec<Typed>((tie) => ({
  bool: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      "true",
      "false",
      "synthetic",
      '("env" in tags)',
      "has(tags.nope)",
      "has(tags.env)",
      "(size(tags) > 1)",
    ),
    join`(${tie("int")} ${compare} ${tie("int")})`,
    join`(${tie("int")} ${compare} ${tie("double")})`,
    join`(${tie("double")} ${compare} ${tie("int")})`,
    join`(${tie("double")} ${compare} ${tie("double")})`,
    join`(${tie("string")} ${compare} ${tie("string")})`,
    join`(${tie("time")} ${compare} ${tie("time")})`,
    join`(${tie("span")} ${compare} ${tie("span")})`,
    join`(${tie("bool")} ${same} ${tie("bool")})`,
    join`(${tie("ints")} ${same} ${fc.oneof(tie("ints"), fc.constant("[]"))})`,
    join`(${tie("bool")} && ${tie("bool")})`,
    join`(${tie("bool")} || ${tie("bool")})`,
    join`!${tie("bool")}`,
    join`(${tie("bool")} ? ${tie("bool")} : ${tie("bool")})`,
    join`(${tie("int")} in ${tie("ints")})`,
    join`(${tie("double")} in ${tie("ints")})`,
    join`(${tie("string")} in ${tie("strings")})`,
    join`${tie("string")}.${fc.constantFrom("contains", "startsWith", "endsWith")}(${tie("string")})`,
    loop(tie("ints"), macro, (name) => join`(${fc.constant(name)} ${compare} ${tie("int")}) && ${tie("bool")}`),
    loop(
      tie("ints"),
      macro,
      (name) => join`(${tie("int")} / ${fc.constant(name)} ${compare} ${fc.constant(name)}) || ${tie("bool")}`,
    ),
    loop(tie("strings"), macro, (name) => join`${tie("string")}.contains(${fc.constant(name)})`),
    loop(fc.constant("tags"), macro, (name) => join`tags[${fc.constant(name)}] ${compare} ${tie("string")}`),
    join`({"a": ${tie("int")}, "prod": ${tie("int")}}[${tie("string")}] > ${tie("int")})`,
    join`(${tie("string")} in {"a": ${tie("int")}, "prod": 1})`,
    fc.constantFrom("true", '"true"', "tags.env", '"f"').map((text) => `bool(${text})`),
  ),
  int: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(intLiteral, fc.constantFrom(...intFields, ...stepInts)),
    join`(${tie("int")} ${fc.constantFrom("+", "-", "*", "/", "%")} ${tie("int")})`,
    join`-(${tie("int")})`,
    join`(${tie("bool")} ? ${tie("int")} : ${tie("int")})`,
    join`size(${fc.oneof(tie("string"), tie("ints"), tie("strings"))})`,
    join`int(${tie("double")})`,
    join`int(${fc.constantFrom('"42"', '"x"', "tags.limit", '"-9"')})`,
    join`int(${tie("time")})`,
    join`${tie("time")}.${timePart}`,
    join`${tie("span")}.${spanPart}`,
    join`${tie("ints")}[${tie("int")}]`,
  ),
  double: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(doubleLiteral, fc.constantFrom(...doubleFields)),
    join`(${tie("double")} ${fc.constantFrom("+", "-", "*", "/")} ${tie("double")})`,
    join`-(${tie("double")})`,
    join`double(${tie("int")})`,
    join`(${tie("bool")} ? ${tie("double")} : ${tie("double")})`,
    fc.constantFrom('"2.5"', "tags.limit", '"-1e3"').map((text) => `double(${text})`),
  ),
  string: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(stringLiteral, fc.constantFrom(...stringFields)),
    join`(${tie("string")} + ${tie("string")})`,
    join`(${tie("bool")} ? ${tie("string")} : ${tie("string")})`,
    join`string(${fc.oneof(tie("int"), tie("double"), tie("bool"), tie("time"), tie("span"))})`,
    join`${tie("strings")}[${tie("int")}]`,
  ),
  time: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(timeLiteral, fc.constant("now")),
    join`(${tie("time")} ${fc.constantFrom("+", "-")} ${tie("span")})`,
    join`(${tie("span")} + ${tie("time")})`,
    join`(${tie("bool")} ? ${tie("time")} : ${tie("time")})`,
  ),
  span: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    spanLiteral,
    join`(${tie("span")} ${fc.constantFrom("+", "-")} ${tie("span")})`,
    join`(${tie("time")} - ${tie("time")})`,
  ),
  ints: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.array(tie("int"), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    join`(${tie("ints")} + ${tie("ints")})`,
    collect(
      tie("ints"),
      "map",
      (name) => join`(${fc.constant(name)} ${fc.constantFrom("+", "*", "%", "-")} ${tie("int")})`,
    ),
    collect(tie("ints"), "filter", (name) => join`(${fc.constant(name)} ${compare} ${tie("int")})`),
    collect(tie("strings"), "map", (name) => join`size(${fc.constant(name)})`),
    collect(tie("ints"), "map", (name) => join`${fc.constant(name)} ${compare} ${tie("int")}, ${tie("int")}`),
  ),
  strings: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.array(tie("string"), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    join`(${tie("strings")} + ${tie("strings")})`,
    collect(tie("ints"), "map", (name) => join`string(${fc.constant(name)})`),
  ),
}));

/** A condition's text, at most 1 024 characters. */
export const conditionSource: fc.Arbitrary<string> = bool.filter((source) => source.length <= 1_024);

function loop(
  range: fc.Arbitrary<string>,
  name: fc.Arbitrary<string>,
  body: (variable: string) => fc.Arbitrary<string>,
) {
  return variable.chain((v) => join`${range}.${name}(${fc.constant(v)}, ${body(v)})`);
}

function collect(
  range: fc.Arbitrary<string>,
  name: "map" | "filter",
  body: (variable: string) => fc.Arbitrary<string>,
) {
  return loop(range, fc.constant(name), body);
}

function join(texts: TemplateStringsArray, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts)
    .map((values) => texts.reduce((whole, text, index) => whole + text + (values[index] ?? ""), ""));
}
