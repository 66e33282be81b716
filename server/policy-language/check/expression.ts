import type { Checked } from "@/server/policy-language/check/checked";
import { build, type Context, complain } from "@/server/policy-language/check/context";
import { widest } from "@/server/policy-language/check/cost";
import { checkFunction, functionNames, isFunctionName } from "@/server/policy-language/check/functions";
import { checkMacro } from "@/server/policy-language/check/macros";
import { checkHas, checkName, checkSelect, checkTagsName, readTag } from "@/server/policy-language/check/names";
import { checkOperator, isOperatorName } from "@/server/policy-language/check/operators";
import {
  boolType,
  doubleType,
  intType,
  joinTypes,
  nothingType,
  stringType,
  type Type,
  typeName,
} from "@/server/policy-language/check/value-type";
import { didYouMean } from "@/server/policy-language/diagnostics/suggestion";
import { constantStep, listStep, mapStep } from "@/server/policy-language/plan/steps";
import type { Literal, Syntax } from "@/server/policy-language/syntax/tree";
import { Failure } from "@/server/policy-language/values/failure";
import { intValue } from "@/server/policy-language/values/integers";

/** Checks a node whose value is used: a bare `run` or `step` is no value. */
export function checkValue(cx: Context, node: Syntax): Checked {
  const checked = checkNode(cx, node);
  if (checked.type.kind !== "group") return checked;
  const { path } = checked.type;
  const message = `\`${path}\` is a group of fields, not a value.`;
  return complain(cx, {
    code: "unknown_variable",
    span: node.span,
    message,
    hint: `Name one of its fields: \`${path}.…\`.`,
  });
}

function checkNode(cx: Context, node: Syntax): Checked {
  switch (node.kind) {
    case "literal":
      return checkLiteral(cx, node.literal, node);
    case "foreign":
      return checkForeign(cx, node);
    case "name":
      return checkName(cx, node);
    case "select":
      return checkSelect(cx, node, checkOwner(cx, node.operand));
    case "has":
      return checkHas(cx, node, checkOwner(cx, node.operand));
    case "list":
      return checkList(cx, node);
    case "map":
      return checkMap(cx, node);
    case "macro":
      return checkMacro(cx, node, checkValue);
    case "call":
      return checkCall(cx, node);
  }
}

function checkOwner(cx: Context, operand: Syntax): Checked {
  return checkTagsName(cx, operand) ?? checkNode(cx, operand);
}

function checkLiteral(cx: Context, literal: Literal, { span }: Syntax): Checked {
  const value = literal.type === "int" ? intValue(literal.value) : literal.value;
  if (value instanceof Failure) {
    return complain(cx, { code: "bad_literal", span, message: "This number does not fit a 64-bit int." });
  }
  if (literal.type === "double" && !Number.isFinite(literal.value)) {
    return complain(cx, { code: "bad_literal", span, message: "This number does not fit a double." });
  }
  const extent = { length: typeof value === "string" ? value.length : 0 };
  return { type: literalTypes[literal.type], span, cost: 1, extent, step: constantStep(value), constant: value };
}

const literalTypes: Readonly<Record<Literal["type"], Type>> = {
  bool: boolType,
  int: intType,
  double: doubleType,
  string: stringType,
};

const foreignHints = {
  uint: "Write the number without `u`: the environment has no unsigned ints.",
  bytes: 'Write a string: `"…"`.',
  null: 'Nothing in the environment is null: an absent string or tag reads as `""`.',
  message: "Messages are not available in conditions.",
  expression: undefined,
} as const;

function checkForeign(cx: Context, node: Extract<Syntax, { kind: "foreign" }>): Checked {
  const what = node.what === "expression" ? "This expression" : `A ${node.what}${node.what === "null" ? "" : " value"}`;
  const message = `${what} is not available in conditions.`;
  return complain(cx, { code: "unsupported", span: node.span, message, hint: foreignHints[node.what] });
}

function checkList(cx: Context, node: Extract<Syntax, { kind: "list" }>): Checked {
  const elements = node.elements.map((element) => checkValue(cx, element));
  const of = commonType(cx, elements, "A list holds values of one type");
  const bounds = elements.map((element) => element.extent);
  const step = listStep(elements.map((element) => element.step));
  const extent = { length: elements.length, of: bounds.reduce(widest, { length: 0 }) };
  return build(cx, { type: { kind: "list", of }, span: node.span, step, parts: elements, extent });
}

const keyTypes = ["string", "int", "bool", "broken"];

function checkMap(cx: Context, node: Extract<Syntax, { kind: "map" }>): Checked {
  const entries = node.entries.map(([key, value]) => [checkValue(cx, key), checkValue(cx, value)] as const);
  const keys = entries.map(([key]) => key);
  const values = entries.map(([, value]) => value);
  const key = commonType(cx, keys, "A map has keys of one type");
  const of = commonType(cx, values, "A map holds values of one type");
  for (const wrong of keys.filter((k) => !keyTypes.includes(k.type.kind))) {
    const message = `A map's key is a string, an int or a bool, not ${typeName(wrong.type)}.`;
    return complain(cx, { code: "no_such_overload", span: wrong.span, message });
  }
  const step = mapStep(entries.map(([k, v]) => [k.step, v.step] as const));
  const extent = { length: entries.length, of: values.map((v) => v.extent).reduce(widest, { length: 0 }) };
  const cost = 4 * entries.length;
  return build(cx, {
    type: { kind: "map", key, of },
    span: node.span,
    step,
    parts: [...keys, ...values],
    extent,
    cost,
  });
}

function commonType(cx: Context, members: readonly Checked[], rule: string): Type {
  let common: Type = nothingType;
  for (const member of members) {
    const joined = joinTypes(common, member.type);
    if (!joined) {
      const message = `${rule}; here are ${typeName(common)} and ${typeName(member.type)}.`;
      const isNumeric = [common.kind, member.type.kind].every((kind) => kind === "int" || kind === "double");
      const hint = isNumeric ? "Write every number as a double: `1.0`." : undefined;
      return complain(cx, { code: "mixed_types", span: member.span, message, hint }).type;
    }
    common = joined;
  }
  return common;
}

function checkCall(cx: Context, node: Extract<Syntax, { kind: "call" }>): Checked {
  const { name, span } = node;
  const nodes = node.target ? [node.target, ...node.args] : node.args;
  if (!isOperatorName(name) && !isFunctionName(name)) return unknownFunction(cx, node);
  const [owner, key] = nodes;
  if (name === "_[_]" && owner?.kind === "name" && key?.kind === "literal" && key.literal.type === "string") {
    if (checkTagsName(cx, owner)) return readTag(cx, key.literal.value, span);
  }
  const args = nodes.map((arg) => checkValue(cx, arg));
  if (isOperatorName(name)) return checkOperator(cx, { name, span, args });
  return checkFunction(cx, { name, span, args, isMethod: node.target !== null });
}

const macros = ["all", "exists", "exists_one", "map", "filter"];
const functionHints: Readonly<Record<string, string>> = {
  has: "`has` takes a tag: `has(tags.env)`.",
  dyn: "Conditions are fully typed; convert with `int(x)`, `double(x)` or `string(x)`.",
  type: "Conditions are fully typed; there is no type to ask for.",
  uint: "Use `int(x)`.",
  bytes: "Use the string itself.",
};

function unknownFunction(cx: Context, node: Extract<Syntax, { kind: "call" }>): Checked {
  const { name, span } = node;
  if (macros.includes(name)) {
    const message = `\`${name}\` is written \`list.${name}(x, …)\` with a plain name for x.`;
    return complain(cx, { code: "no_such_overload", span, message });
  }
  const message = `There is no function \`${name}\`.`;
  const hint = functionHints[name] ?? didYouMean(name, [...functionNames, ...macros]);
  return complain(cx, { code: "unknown_function", span, message, hint });
}
