import type { Span } from "@/server/policy-language/diagnostics/diagnostic";

/** The parsed condition, free of the parser's own types; every node knows where it stands. */
export type Syntax = { readonly span: Span } & (
  | { readonly kind: "literal"; readonly literal: Literal }
  | { readonly kind: "foreign"; readonly what: "uint" | "bytes" | "null" | "message" | "expression" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "select"; readonly operand: Syntax; readonly field: string }
  | { readonly kind: "has"; readonly operand: Syntax; readonly field: string }
  | { readonly kind: "call"; readonly name: string; readonly target: Syntax | null; readonly args: readonly Syntax[] }
  | { readonly kind: "list"; readonly elements: readonly Syntax[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Syntax, Syntax])[] }
  | MacroSyntax
);

export type Literal =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "double"; readonly value: number }
  | { readonly type: "string"; readonly value: string };

export type MacroName = "all" | "exists" | "exists_one" | "map" | "filter";

export interface MacroSyntax {
  readonly kind: "macro";
  readonly macro: MacroName;
  readonly range: Syntax;
  readonly variable: string;
  /** Absent in a `map` without a filter. */
  readonly predicate: Syntax | null;
  /** Present in `map` only. */
  readonly transform: Syntax | null;
}
