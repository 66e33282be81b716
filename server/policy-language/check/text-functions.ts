import { scanCost } from "@/server/policy-language/check/cost";
import { lengthOf, type Overload, PlanProblem, stepOf } from "@/server/policy-language/check/overload";
import { boolType, intType } from "@/server/policy-language/check/value-type";
import { sizeStep } from "@/server/policy-language/plan/collections";
import { binaryStep, unaryStep } from "@/server/policy-language/plan/steps";
import { compilePattern } from "@/server/policy-language/values/pattern";
import { unexpected, type Value } from "@/server/policy-language/values/value";

function textTest(test: (text: string, part: string) => boolean): Overload {
  const operation = (a: Value, b: Value) =>
    typeof a === "string" && typeof b === "string" ? test(a, b) : unexpected(a, b);
  return {
    style: "method",
    params: ["string", "string"],
    result: boolType,
    plan: (args) => binaryStep(stepOf(args, 0), stepOf(args, 1), operation),
    cost: (args) => scanCost(lengthOf(args, 0) + lengthOf(args, 1)),
  };
}

function size(kind: "string" | "list" | "map" | "tags"): Overload {
  return {
    style: "either",
    params: [kind],
    result: intType,
    plan: (args) => sizeStep(stepOf(args, 0)),
    cost: (args) => (kind === "string" ? 2 * scanCost(lengthOf(args, 0)) : kind === "tags" ? lengthOf(args, 0) : 0),
  };
}

const matches: Overload = {
  style: "either",
  params: ["string", "string"],
  result: boolType,
  plan: (args) => {
    const pattern = args[1]?.constant;
    if (typeof pattern !== "string") {
      const message = "The pattern of `matches` must be a constant string, so that it can be checked now.";
      return new PlanProblem(1, { code: "bad_pattern", message });
    }
    const compiled = compilePattern(pattern);
    if (!compiled.ok)
      return new PlanProblem(1, { code: "bad_pattern", message: compiled.message, hint: compiled.hint });
    const { test } = compiled;
    return unaryStep(stepOf(args, 0), (text) => (typeof text === "string" ? test(text) : unexpected(text)));
  },
  cost: (args) => {
    const pattern = args[1]?.constant;
    const compiled = typeof pattern === "string" ? compilePattern(pattern) : null;
    return compiled?.ok ? 10 + lengthOf(args, 0) * compiled.unitsPerCharacter : 0;
  },
};

export const textOverloads: Readonly<Record<string, readonly Overload[]>> = {
  size: [size("string"), size("list"), size("map"), size("tags")],
  contains: [textTest((text, part) => text.includes(part))],
  startsWith: [textTest((text, part) => text.startsWith(part))],
  endsWith: [textTest((text, part) => text.endsWith(part))],
  matches: [matches],
};
