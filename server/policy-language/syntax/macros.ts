import type { CelSourceInfo, CelTree } from "@/server/policy-language/syntax/cel-library";
import type { MacroName, MacroSyntax, Syntax } from "@/server/policy-language/syntax/tree";

// The parser expands a macro into a general loop and keeps the macro's name beside the tree. Each macro has one known
// shape of loop, so the pieces the author wrote can be taken back out.

type Loop = Extract<CelTree["exprKind"], { case: "comprehensionExpr" }>["value"];

const macroNames: Readonly<Record<string, MacroName>> = {
  all: "all",
  exists: "exists",
  exists_one: "exists_one",
  existsOne: "exists_one",
  map: "map",
  filter: "filter",
};

/** Null when the loop has not the shape of its macro. */
export function convertMacro(
  sourceInfo: CelSourceInfo,
  expr: CelTree,
  convert: (child: CelTree) => Syntax,
): MacroSyntax | null {
  if (expr.exprKind.case !== "comprehensionExpr") return null;
  const loop = expr.exprKind.value;
  const macroCall = sourceInfo.macroCalls[String(expr.id)]?.exprKind;
  const macro = macroCall?.case === "callExpr" ? macroNames[macroCall.value.function] : undefined;
  if (!macro || !loop.iterRange) return null;
  const body = macroBody(macro, loop);
  if (!body) return null;
  return {
    kind: "macro",
    macro,
    range: convert(loop.iterRange),
    variable: loop.iterVar,
    predicate: body.predicate ? convert(body.predicate) : null,
    transform: body.transform ? convert(body.transform) : null,
  };
}

interface Body {
  readonly predicate: CelTree | null;
  readonly transform: CelTree | null;
}

function macroBody(macro: MacroName, loop: Loop): Body | null {
  const step = loop.loopStep?.exprKind;
  if (step?.case !== "callExpr") return null;
  const [first, second] = step.value.args;
  if (macro === "all" || macro === "exists") return second ? { predicate: second, transform: null } : null;
  if (macro !== "map") return first ? { predicate: first, transform: null } : null;
  if (step.value.function === "_+_") return { predicate: null, transform: onlyElement(second) };
  const append = second?.exprKind;
  if (!first || append?.case !== "callExpr") return null;
  return { predicate: first, transform: onlyElement(append.value.args[1]) };
}

function onlyElement(list: CelTree | undefined): CelTree | null {
  return list?.exprKind.case === "listExpr" ? (list.exprKind.value.elements[0] ?? null) : null;
}
