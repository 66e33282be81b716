import { type Arithmetic, findArithmetic } from "@/server/policy-language/check/arithmetic";
import { type Checked, type Extent, scalarExtent } from "@/server/policy-language/check/checked";
import { build, type Context, complain } from "@/server/policy-language/check/context";
import { equalityCost, maxText, scanCost, widest } from "@/server/policy-language/check/cost";
import { tagStep } from "@/server/policy-language/check/names";
import { operandHint, operatorText } from "@/server/policy-language/check/operator-hints";
import {
  areComparable,
  boolType,
  brokenType,
  isNumber,
  joinTypes,
  stringType,
  type Type,
  typeName,
} from "@/server/policy-language/check/value-type";
import type { Span } from "@/server/policy-language/diagnostics/diagnostic";
import {
  containsKeyStep,
  containsStep,
  elementStep,
  entryStep,
  joinListsStep,
} from "@/server/policy-language/plan/collections";
import {
  andStep,
  binaryStep,
  chooseStep,
  equalStep,
  notStep,
  orderStep,
  orStep,
  unaryStep,
} from "@/server/policy-language/plan/steps";
import { negateInt } from "@/server/policy-language/values/integers";
import { unexpected } from "@/server/policy-language/values/value";

export interface Operation {
  readonly name: string;
  readonly span: Span;
  readonly args: readonly Checked[];
}

const orders = { "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=" } as const;
const operatorNames = new Set([
  "_&&_",
  "_||_",
  "!_",
  "-_",
  "_?_:_",
  "_[_]",
  "_==_",
  "_!=_",
  "@in",
  ...Object.keys(orders),
  "_+_",
  "_-_",
  "_*_",
  "_/_",
  "_%_",
]);

interface Binary {
  readonly name: string;
  readonly span: Span;
  readonly a: Checked;
  readonly b: Checked;
}

export function isOperatorName(name: string): boolean {
  return operatorNames.has(name);
}

export function checkOperator(cx: Context, operation: Operation): Checked {
  const [first, second, third] = operation.args;
  if (!first) return noOverload(cx, operation);
  if (!second) return checkUnary(cx, operation, first);
  if (third) return checkChoice(cx, operation, [first, second, third]);
  const { name, span } = operation;
  return checkBinary(cx, { name, span, a: first, b: second }) ?? noOverload(cx, operation);
}

function checkUnary(cx: Context, operation: Operation, operand: Checked): Checked {
  const { name, span } = operation;
  const parts = [operand];
  if (name === "!_" && fits(operand, "bool"))
    return build(cx, { type: boolType, span, step: notStep(operand.step), parts });
  if (name === "-_" && fits(operand, "int")) {
    return build(cx, { type: operand.type, span, step: unaryStep(operand.step, negateInt), parts });
  }
  if (name === "-_" && fits(operand, "double")) {
    const step = unaryStep(operand.step, (value) => (typeof value === "number" ? -value : unexpected(value)));
    return build(cx, { type: operand.type, span, step, parts });
  }
  return noOverload(cx, operation);
}

function checkChoice(cx: Context, operation: Operation, parts: readonly [Checked, Checked, Checked]): Checked {
  const [condition, yes, no] = parts;
  if (!fits(condition, "bool")) return noOverload(cx, operation);
  const type = joinTypes(yes.type, no.type);
  if (!type) {
    const message = `Both branches of \`?:\` have one type; here are ${typeName(yes.type)} and ${typeName(no.type)}.`;
    const hint = isNumber(yes.type) && isNumber(no.type) ? "Convert one: `double(x)`." : undefined;
    return complain(cx, { code: "mixed_types", span: operation.span, message, hint });
  }
  const step = chooseStep(condition.step, yes.step, no.step);
  return build(cx, { type, span: operation.span, step, parts, extent: widest(yes.extent, no.extent) });
}

function checkBinary(cx: Context, binary: Binary): Checked | null {
  const { name, span, a, b } = binary;
  const parts = [a, b];
  switch (name) {
    case "_&&_":
    case "_||_": {
      if (!fits(a, "bool") || !fits(b, "bool")) return null;
      return build(cx, { type: boolType, span, step: (name === "_&&_" ? andStep : orStep)(a.step, b.step), parts });
    }
    case "_==_":
    case "_!=_": {
      if (!areComparable(a.type, b.type)) return null;
      const cost = equalityCost(a.extent, b.extent);
      return build(cx, { type: boolType, span, step: equalStep(a.step, b.step, name === "_==_"), parts, cost });
    }
    case "_<_":
    case "_<=_":
    case "_>_":
    case "_>=_": {
      if (!areOrdered(a.type, b.type)) return null;
      const cost = scanCost(Math.min(a.extent.length, b.extent.length));
      return build(cx, { type: boolType, span, step: orderStep(orders[name], a.step, b.step), parts, cost });
    }
    case "@in":
      return checkIn(cx, binary);
    case "_[_]":
      return checkIndex(cx, binary);
    default:
      return checkArithmetic(cx, binary);
  }
}

function areOrdered(a: Type, b: Type): boolean {
  if (a.kind === "broken" || b.kind === "broken") return true;
  if (isNumber(a) && isNumber(b)) return true;
  return a.kind === b.kind && ["string", "timestamp", "duration"].includes(a.kind);
}

function checkIn(cx: Context, { span, a, b }: Binary): Checked | null {
  const parts = [a, b];
  if (b.type.kind === "list" && areComparable(a.type, b.type.of)) {
    const cost = b.extent.length * (1 + equalityCost(a.extent, b.extent.of ?? scalarExtent));
    return build(cx, { type: boolType, span, step: containsStep(a.step, b.step), parts, cost });
  }
  const key = b.type.kind === "map" ? b.type.key : b.type.kind === "tags" ? stringType : b.type;
  const isKeyed = b.type.kind === "map" || b.type.kind === "tags" || b.type.kind === "broken";
  if (!isKeyed || !joinTypes(a.type, key)) return null;
  return build(cx, {
    type: boolType,
    span,
    step: containsKeyStep(a.step, b.step),
    parts,
    cost: 4 + scanCost(a.extent.length),
  });
}

function checkIndex(cx: Context, { span, a, b }: Binary): Checked | null {
  const parts = [a, b];
  const { type } = a;
  if (type.kind === "broken") return build(cx, { type, span, step: a.step, parts });
  if (type.kind === "tags" && fits(b, "string")) {
    const extent: Extent = { length: maxText };
    return build(cx, { type: stringType, span, step: tagStep(a.step, b.step), parts, cost: 4, extent });
  }
  const extent = a.extent.of ?? scalarExtent;
  if (type.kind === "list" && fits(b, "int")) {
    return build(cx, { type: type.of, span, step: elementStep(a.step, b.step), parts, extent });
  }
  if (type.kind === "map" && joinTypes(type.key, b.type)) {
    return build(cx, { type: type.of, span, step: entryStep(a.step, b.step), parts, cost: 4, extent });
  }
  return null;
}

function checkArithmetic(cx: Context, { name, span, a, b }: Binary): Checked | null {
  const parts = [a, b];
  if (a.type.kind === "broken" || b.type.kind === "broken") {
    return build(cx, { type: brokenType, span, step: a.step, parts });
  }
  const length = a.extent.length + b.extent.length;
  if (name === "_+_" && a.type.kind === "list" && b.type.kind === "list") {
    const type = joinTypes(a.type, b.type);
    const of = widest(a.extent, b.extent).of ?? scalarExtent;
    return (
      type &&
      build(cx, { type, span, step: joinListsStep(a.step, b.step), parts, cost: length, extent: { length, of } })
    );
  }
  if (divides(name) && b.type.kind === "int" && b.constant === 0) {
    return complain(cx, {
      code: "always_fails",
      span,
      message: "This always fails: an int cannot be divided by zero.",
    });
  }
  const arithmetic: Arithmetic | undefined = findArithmetic(name, a.type, b.type);
  if (!arithmetic) return null;
  const step = binaryStep(a.step, b.step, arithmetic.operation);
  return build(cx, { type: arithmetic.result, span, step, parts, cost: scanCost(length), extent: { length } });
}

function divides(name: string): boolean {
  return name === "_/_" || name === "_%_";
}

function fits(checked: Checked, kind: Type["kind"]): boolean {
  return checked.type.kind === kind || checked.type.kind === "broken";
}

function noOverload(cx: Context, { name, span, args }: Operation): Checked {
  if (args.some((arg) => arg.type.kind === "broken")) return complainNothing(cx, span, args);
  const types = args.map((arg) => typeName(arg.type)).join(" and ");
  const message = `${operatorText(name)} does not work on ${types}.`;
  return complain(cx, {
    code: "no_such_overload",
    span,
    message,
    hint: operandHint(
      name,
      args.map((arg) => arg.type),
    ),
  });
}

// One of the operands is already reported.
function complainNothing(cx: Context, span: Span, args: readonly Checked[]): Checked {
  const broken = args.find((arg) => arg.type.kind === "broken");
  return build(cx, {
    type: broken?.type ?? boolType,
    span,
    step: (frame) => broken?.step(frame) ?? false,
    parts: args,
  });
}
