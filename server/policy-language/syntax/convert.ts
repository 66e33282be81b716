import type { Span } from "@/server/policy-language/diagnostics/diagnostic";
import type { CelSourceInfo, CelTree } from "@/server/policy-language/syntax/cel-library";
import { convertMacro } from "@/server/policy-language/syntax/macros";
import { balance, type Token, type Tokens, tokenAt } from "@/server/policy-language/syntax/tokens";
import type { Literal, Syntax } from "@/server/policy-language/syntax/tree";

export interface Conversion {
  readonly tokens: Tokens;
  readonly sourceInfo: CelSourceInfo;
}

/** The library's tree as ours, macros put back together, every node with both ends of its span. */
export function convert(cx: Conversion, expr: CelTree): Syntax {
  const kind = expr.exprKind;
  switch (kind.case) {
    case "constExpr":
      return constant(kind.value.constantKind, leafSpan(cx, expr));
    case "identExpr":
      return { kind: "name", name: kind.value.name, span: leafSpan(cx, expr) };
    case "selectExpr":
      return select(cx, expr, kind.value);
    case "callExpr":
      return call(cx, expr, kind.value);
    case "listExpr":
      return {
        kind: "list",
        elements: kind.value.elements.map((element) => convert(cx, element)),
        span: bracketSpan(cx, start(cx, expr), start(cx, expr)),
      };
    case "structExpr":
      return struct(cx, expr, kind.value);
    case "comprehensionExpr": {
      const macro = convertMacro(cx.sourceInfo, expr, (child) => convert(cx, child));
      const span = macro ? bracketSpan(cx, macro.range.span.from, start(cx, expr)) : leafSpan(cx, expr);
      return macro ? { ...macro, span } : { kind: "foreign", what: "expression", span };
    }
    default:
      return { kind: "foreign", what: "expression", span: leafSpan(cx, expr) };
  }
}

type KindOf<Case> = Extract<CelTree["exprKind"], { case: Case }>["value"];
type ConstantKind = KindOf<"constExpr">["constantKind"];

function constant(kind: ConstantKind, span: Span): Syntax {
  const literal = literalOf(kind);
  if (literal) return { kind: "literal", literal, span };
  if (kind.case === "uint64Value") return { kind: "foreign", what: "uint", span };
  if (kind.case === "bytesValue") return { kind: "foreign", what: "bytes", span };
  return { kind: "foreign", what: kind.case === "nullValue" ? "null" : "expression", span };
}

function literalOf(kind: ConstantKind): Literal | undefined {
  switch (kind.case) {
    case "boolValue":
      return { type: "bool", value: kind.value };
    case "int64Value":
      return { type: "int", value: kind.value };
    case "doubleValue":
      return { type: "double", value: kind.value };
    case "stringValue":
      return { type: "string", value: kind.value };
    default:
      return undefined;
  }
}

function select(cx: Conversion, expr: CelTree, value: KindOf<"selectExpr">): Syntax {
  const at = start(cx, expr);
  if (!value.operand) return { kind: "foreign", what: "expression", span: leafSpan(cx, expr) };
  const operand = convert(cx, value.operand);
  if (value.testOnly) return { kind: "has", operand, field: value.field, span: bracketSpan(cx, at, at) };
  const field = cx.tokens.all[tokenAt(cx.tokens, at) + 1];
  return { kind: "select", operand, field: value.field, span: { from: operand.span.from, to: field?.to ?? at + 1 } };
}

function call(cx: Conversion, expr: CelTree, value: KindOf<"callExpr">): Syntax {
  const target = value.target ? convert(cx, value.target) : null;
  const args = value.args.map((arg) => convert(cx, arg));
  const called = { kind: "call", name: value.function, target, args } as const;
  return { ...called, span: callSpan(cx, start(cx, expr), called) };
}

type Called = Pick<Extract<Syntax, { kind: "call" }>, "name" | "target" | "args">;

function callSpan(cx: Conversion, at: number, { name, target, args }: Called): Span {
  const [first, last] = [args[0], args.at(-1)];
  if (target) return bracketSpan(cx, target.span.from, at);
  if (name === "_[_]" && first) return bracketSpan(cx, first.span.from, at);
  if (!isOperator(name) || !first || !last) return bracketSpan(cx, at, at);
  const from = args.length === 1 ? at : first.span.from;
  return balance(cx.tokens, { from, to: last.span.to });
}

function isOperator(name: string): boolean {
  return /^(?:@in|[!-]_|_.*_)$/.test(name);
}

function struct(cx: Conversion, expr: CelTree, value: KindOf<"structExpr">): Syntax {
  const at = start(cx, expr);
  const span = bracketSpan(cx, at, at);
  if (value.messageName !== "") return { kind: "foreign", what: "message", span };
  const entries: (readonly [Syntax, Syntax])[] = [];
  for (const entry of value.entries) {
    if (entry.keyKind.case !== "mapKey" || !entry.value) return { kind: "foreign", what: "message", span };
    entries.push([convert(cx, entry.keyKind.value), convert(cx, entry.value)]);
  }
  return { kind: "map", entries, span };
}

function start(cx: Conversion, expr: CelTree): number {
  return cx.sourceInfo.positions[String(expr.id)] ?? 0;
}

function leafSpan(cx: Conversion, expr: CelTree): Span {
  const from = start(cx, expr);
  const index = tokenAt(cx.tokens, from);
  const token = cx.tokens.all[index];
  // A sign belongs to the number that follows it, a leading dot to its name.
  const end = token?.text === "-" || token?.text === "." ? cx.tokens.all[index + 1] : token;
  return { from, to: end?.to ?? from };
}

/** From `from` to the end of the first bracket pair that opens at or after `searchFrom`. */
function bracketSpan(cx: Conversion, from: number, searchFrom: number): Span {
  const opener = firstOpener(cx.tokens, searchFrom);
  const closer = opener ? cx.tokens.all[opener.partner] : undefined;
  return { from, to: closer?.to ?? searchFrom + 1 };
}

function firstOpener(tokens: Tokens, offset: number): Token | undefined {
  for (let index = tokenAt(tokens, offset); index < tokens.all.length; index++) {
    const token = tokens.all[index];
    if (token && token.partner > index) return token;
  }
  return undefined;
}
