import type { Type } from "@/server/policy-language/check/value-type";
import type { Span } from "@/server/policy-language/diagnostics/diagnostic";
import type { Step } from "@/server/policy-language/plan/frame";
import type { Value } from "@/server/policy-language/values/value";

/** Upper bounds known before any input is: code units of a string, elements of a list or map. */
export interface Extent {
  readonly length: number;
  readonly of?: Extent;
}

/** A checked node: its type, its worst cost and extent, and the closure that computes it. */
export interface Checked {
  readonly type: Type;
  readonly span: Span;
  /** Worst case, in cost units: see check/cost.ts. */
  readonly cost: number;
  readonly extent: Extent;
  readonly step: Step;
  /** Present when the node is the same for every input. */
  readonly constant?: Value;
}

export const scalarExtent: Extent = { length: 0 };
