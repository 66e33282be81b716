import type { Frame, Step } from "@/server/policy-language/plan/frame";
import type { ConditionInput } from "@/server/policy-language/plan/input";
import { Failure, type FailureCode } from "@/server/policy-language/values/failure";

export type ConditionResult =
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string };

/** A condition that passed every check; it is planned once and may be evaluated any number of times. */
export interface Condition {
  readonly source: string;
  /** What it reads, sorted: `run.tokens`, `tags.env` for a tag named in the text, `tags` when it reads any of them. */
  readonly fields: readonly string[];
  /** Worst case in cost units of about ten nanoseconds. */
  readonly cost: number;
  /** Total: it never throws, and errors are values. What an error means is the policy's failure mode's business. */
  readonly evaluate: (input: ConditionInput) => ConditionResult;
}

const holds: ConditionResult = Object.freeze({ ok: true, value: true });
const doesNotHold: ConditionResult = Object.freeze({ ok: true, value: false });

/** The planned node as a total function, with `fuel` cost units for the loops of each call. */
export function planCondition(step: Step, fuel: number): Condition["evaluate"] {
  return (input) => {
    const frame: Frame = { input, locals: [], tags: null, fuel };
    try {
      const value = step(frame);
      if (value === true) return holds;
      if (value === false) return doesNotHold;
      if (value instanceof Failure) return { ok: false, code: value.code, message: value.message };
      return { ok: false, code: "internal", message: "The condition gave no bool." };
    } catch {
      // Only an input of another shape than its type gets here, such as one without `run`.
      return { ok: false, code: "input_invalid", message: "The input has not the shape that conditions read." };
    }
  };
}
