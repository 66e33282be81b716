import type { Context } from "@/server/policy-language/check/context";
import { evaluationFuel, maxConditionCost } from "@/server/policy-language/check/cost";
import { checkValue } from "@/server/policy-language/check/expression";
import { typeName } from "@/server/policy-language/check/value-type";
import { type Diagnostic, diagnose, type Span, withHint } from "@/server/policy-language/diagnostics/diagnostic";
import { type Condition, planCondition } from "@/server/policy-language/plan/condition";
import { parseCondition } from "@/server/policy-language/syntax/parse";

export type ConditionCheck =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Checks and plans a condition (admin-api.md, "condition"): syntax, names, types, a bool result, at most 1 024
 * characters, 32 levels and a bounded cost. Everything that is wrong is answered as data, in the order of the text.
 */
export function checkCondition(source: string): ConditionCheck {
  const parsed = parseCondition(source);
  if (!parsed.ok) return { ok: false, diagnostics: [parsed.diagnostic] };
  const cx: Context = { diagnostics: [], fields: new Set(), locals: new Map() };
  const checked = checkValue(cx, parsed.tree);
  const whole = { from: 0, to: source.length };
  if (cx.diagnostics.length === 0 && checked.type.kind !== "bool")
    cx.diagnostics.push(notBool(checked.span, typeName(checked.type)));
  if (cx.diagnostics.length === 0 && checked.cost > maxConditionCost)
    cx.diagnostics.push(tooCostly(whole, checked.cost));
  if (cx.diagnostics.length > 0)
    return { ok: false, diagnostics: cx.diagnostics.toSorted((a, b) => a.span.from - b.span.from) };
  const fields = [...cx.fields].sort();
  return {
    ok: true,
    condition: { source, fields, cost: checked.cost, evaluate: planCondition(checked.step, evaluationFuel) },
  };
}

function notBool(span: Span, type: string): Diagnostic {
  const diagnostic = diagnose("not_bool", span, `A condition is a bool; this is ${type}.`);
  return withHint(diagnostic, 'Compare it with something, such as `> 0` or `== "…"`.');
}

function tooCostly(span: Span, cost: number): Diagnostic {
  const message = `In the worst case this costs ${Math.ceil(cost)} units; at most ${maxConditionCost} are allowed.`;
  return withHint(
    diagnose("too_costly", span, message),
    "Loops inside of loops multiply; patterns over long texts count most.",
  );
}
