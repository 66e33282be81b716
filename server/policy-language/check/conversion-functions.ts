import { lengthOf, type Overload, stepOf } from "@/server/policy-language/check/overload";
import {
  boolType,
  doubleType,
  durationType,
  intType,
  stringType,
  type Type,
  timestampType,
} from "@/server/policy-language/check/value-type";
import { unaryStep } from "@/server/policy-language/plan/steps";
import { toBool, toDouble, toDuration, toInt, toText, toTimestamp } from "@/server/policy-language/values/conversion";
import type { Value } from "@/server/policy-language/values/value";

/** Units for reading a text as a number or a time, measured. */
const parseCost = 60;

function conversions(
  result: Type,
  convert: (value: Value) => Value,
  from: readonly Type["kind"][],
): readonly Overload[] {
  return from.map((kind) => ({
    style: "function",
    params: [kind],
    result,
    plan: (args) => unaryStep(stepOf(args, 0), convert),
    cost: (args) =>
      kind === "string" ? parseCost + Math.ceil(lengthOf(args, 0) / 16) : result.kind === "string" ? parseCost : 1,
    extent: (args) => ({ length: result.kind === "string" ? Math.max(40, lengthOf(args, 0)) : 0 }),
  }));
}

export const conversionOverloads: Readonly<Record<string, readonly Overload[]>> = {
  int: conversions(intType, toInt, ["int", "double", "string", "timestamp"]),
  double: conversions(doubleType, toDouble, ["double", "int", "string"]),
  string: conversions(stringType, toText, ["string", "int", "double", "bool", "timestamp", "duration"]),
  bool: conversions(boolType, toBool, ["bool", "string"]),
  timestamp: conversions(timestampType, toTimestamp, ["timestamp", "string"]),
  duration: conversions(durationType, toDuration, ["duration", "string"]),
};
