import type { ConditionInput } from "@/server/policy-language/plan/input";
import type { Tags, Value } from "@/server/policy-language/values/value";

/** What one evaluation carries. It lives for one call and is never shared. */
export interface Frame {
  readonly input: ConditionInput;
  /** Macro variables by their depth. */
  readonly locals: Value[];
  /** Made when a condition first reads the tags as a whole. */
  tags: Tags | null;
  /** Cost units left. A loop pays for each turn before it takes it; everything outside of loops is bounded by the text. */
  fuel: number;
}

/** One planned node. It never throws on values of the checked types; errors are `Failure` values. */
export type Step = (frame: Frame) => Value;
