import type { Checked, Extent } from "@/server/policy-language/check/checked";
import type { Type } from "@/server/policy-language/check/value-type";
import type { DiagnosticCode } from "@/server/policy-language/diagnostics/diagnostic";
import type { Step } from "@/server/policy-language/plan/frame";

/** One form of a function. The receiver of a method is its first parameter. */
export interface Overload {
  readonly style: "function" | "method" | "either";
  readonly params: readonly Type["kind"][];
  readonly result: Type;
  readonly plan: (args: readonly Checked[]) => Step | PlanProblem;
  /** Beyond one unit and the arguments' own cost. */
  readonly cost?: (args: readonly Checked[]) => number;
  readonly extent?: (args: readonly Checked[]) => Extent;
}

/** What is wrong with an argument that must be known when the condition is saved. */
export class PlanProblem {
  constructor(
    readonly arg: number,
    readonly complaint: { readonly code: DiagnosticCode; readonly message: string; readonly hint?: string },
  ) {}
}

export function stepOf(args: readonly Checked[], index: number): Step {
  const arg = args[index];
  if (!arg) throw new RangeError("An overload was planned with too few arguments.");
  return arg.step;
}

export function lengthOf(args: readonly Checked[], index: number): number {
  return args[index]?.extent.length ?? 0;
}
