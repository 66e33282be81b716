/** Offsets in UTF-16 code units of the source; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const diagnosticCodes = [
  "empty",
  "too_long",
  "syntax",
  "too_deep",
  "too_costly",
  "unsupported",
  "unknown_variable",
  "unknown_field",
  "unknown_function",
  "no_such_overload",
  "not_bool",
  "mixed_types",
  "shadowed_name",
  "bad_literal",
  "bad_pattern",
  "always_fails",
  "not_at_this_moment",
] as const;
export type DiagnosticCode = (typeof diagnosticCodes)[number];

/** What is wrong with a condition, as data: it becomes an entry of a problem's `errors[]` and a mark in the editor unchanged. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly message: string;
  readonly hint?: string;
}

export function diagnose(code: DiagnosticCode, span: Span, message: string): Diagnostic {
  return { code, span, message };
}

export function withHint(diagnostic: Diagnostic, hint: string | undefined): Diagnostic {
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}
