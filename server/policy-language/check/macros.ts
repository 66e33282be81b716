import { type Checked, type Extent, scalarExtent } from "@/server/policy-language/check/checked";
import { brokenAt, type Context, complain, type Local, turns } from "@/server/policy-language/check/context";
import { maxBuilt, maxName, maxText } from "@/server/policy-language/check/cost";
import { namesIn } from "@/server/policy-language/check/environment";
import { boolType, stringType, type Type, typeName } from "@/server/policy-language/check/value-type";
import type { Step } from "@/server/policy-language/plan/frame";
import { allStep, collectStep, existsOneStep, existsStep, type Loop } from "@/server/policy-language/plan/loops";
import type { MacroSyntax, Syntax } from "@/server/policy-language/syntax/tree";

type CheckChild = (cx: Context, node: Syntax) => Checked;

/** Units for putting one item in its place and testing what came back. */
const turnOverhead = 2;

export function checkMacro(cx: Context, node: MacroSyntax & Syntax, check: CheckChild): Checked {
  const range = check(cx, node.range);
  const item = itemOf(range);
  if (!item) return notIterable(cx, node, range);
  if (item.type.kind === "nothing") {
    const message = "A macro over an empty list has nothing to do.";
    return complain(cx, { code: "no_such_overload", span: node.range.span, message });
  }
  if (namesIn().includes(node.variable) || node.variable.startsWith(".")) {
    const message = `\`${node.variable}\` is a name of the environment; give the macro's variable another name.`;
    return complain(cx, { code: "shadowed_name", span: node.span, message });
  }
  const slot = nextSlot(cx);
  const inside: Context = { ...cx, locals: new Map([...cx.locals, [node.variable, { ...item, slot }]]) };
  const predicate = node.predicate ? check(inside, node.predicate) : null;
  const transform = node.transform ? check(inside, node.transform) : null;
  if (predicate && predicate.type.kind !== "bool" && predicate.type.kind !== "broken") {
    const message = `\`${node.macro}\` needs a bool here, not ${typeName(predicate.type)}.`;
    return complain(cx, { code: "no_such_overload", span: predicate.span, message });
  }
  return planMacro(cx, node, { range, predicate, transform, slot });
}

interface Pieces {
  readonly range: Checked;
  readonly predicate: Checked | null;
  readonly transform: Checked | null;
  readonly slot: number;
}

function planMacro(cx: Context, node: MacroSyntax & Syntax, pieces: Pieces): Checked {
  const { range, predicate, transform, slot } = pieces;
  const turnCost = turnOverhead + (predicate?.cost ?? 0) + (transform?.cost ?? 0);
  const cost = 1 + range.cost + turns(range) * turnCost;
  const { type, extent } = resultOf(node, pieces);
  if ([range, predicate, transform].some((part) => part?.type.kind === "broken"))
    return { ...brokenAt(node.span), type };
  if (extent.length > maxBuilt) {
    return complain(cx, {
      code: "too_costly",
      span: node.span,
      message: `This builds a list of more than ${maxBuilt} elements.`,
    });
  }
  const loop: Loop = { range: range.step, slot, turnCost };
  const step = stepOf(node, loop, { predicate: predicate?.step ?? null, transform: transform?.step ?? null });
  return { type, span: node.span, cost, extent, step };
}

function stepOf(node: MacroSyntax, loop: Loop, body: { predicate: Step | null; transform: Step | null }): Step {
  const { predicate, transform } = body;
  if (node.macro === "all" && predicate) return allStep(loop, predicate);
  if (node.macro === "exists" && predicate) return existsStep(loop, predicate);
  if (node.macro === "exists_one" && predicate) return existsOneStep(loop, predicate);
  return collectStep(loop, predicate, transform);
}

function resultOf(node: MacroSyntax, pieces: Pieces): { type: Type; extent: Extent } {
  if (node.macro !== "map" && node.macro !== "filter") return { type: boolType, extent: scalarExtent };
  const item = itemOf(pieces.range);
  const source = pieces.transform ?? { type: item?.type ?? boolType, extent: item?.extent ?? scalarExtent };
  return { type: { kind: "list", of: source.type }, extent: { length: turns(pieces.range), of: source.extent } };
}

function itemOf(range: Checked): Local | null {
  const { type, extent } = range;
  const of = extent.of ?? scalarExtent;
  if (type.kind === "broken") return { type, extent: scalarExtent, slot: 0 };
  if (type.kind === "tags") return { type: stringType, extent: { length: maxName }, slot: 0 };
  if (type.kind === "list") return { type: type.of, extent: of, slot: 0 };
  return type.kind === "map" ? { type: type.key, extent: { length: maxText }, slot: 0 } : null;
}

function notIterable(cx: Context, node: MacroSyntax & Syntax, range: Checked): Checked {
  const message = `\`${node.macro}\` goes over a list, a map's keys or the tags' keys, not over ${typeName(range.type)}.`;
  return complain(cx, { code: "no_such_overload", span: node.range.span, message });
}

function nextSlot(cx: Context): number {
  return Math.max(-1, ...[...cx.locals.values()].map((local) => local.slot)) + 1;
}
