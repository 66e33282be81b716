import { type Checked, type Extent, scalarExtent } from "@/server/policy-language/check/checked";
import { assumedTags, evaluationFuel, maxBuilt } from "@/server/policy-language/check/cost";
import { brokenType, type Type } from "@/server/policy-language/check/value-type";
import {
  type Diagnostic,
  type DiagnosticCode,
  diagnose,
  type Span,
  withHint,
} from "@/server/policy-language/diagnostics/diagnostic";
import type { Frame, Step } from "@/server/policy-language/plan/frame";
import { constantStep } from "@/server/policy-language/plan/steps";
import { Failure } from "@/server/policy-language/values/failure";
import { isList, isMap, type Value } from "@/server/policy-language/values/value";

/** A macro's variable. */
export interface Local {
  readonly type: Type;
  readonly extent: Extent;
  readonly slot: number;
}

/** One run of the checker: what it found wrong, what the condition reads, and the macro variables in sight. */
export interface Context {
  readonly diagnostics: Diagnostic[];
  readonly fields: Set<string>;
  readonly locals: ReadonlyMap<string, Local>;
}

export interface Complaint {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Records what is wrong and answers a node that agrees with everything, so that one mistake is reported once. */
export function complain(cx: Context, complaint: Complaint): Checked {
  const { code, span, message, hint } = complaint;
  cx.diagnostics.push(withHint(diagnose(code, span, message), hint));
  return brokenAt(span);
}

export function brokenAt(span: Span): Checked {
  const step = constantStep(new Failure("internal", "This part was refused."));
  return { type: brokenType, span, cost: 0, extent: scalarExtent, step };
}

export interface Draft {
  readonly type: Type;
  readonly span: Span;
  readonly step: Step;
  readonly parts: readonly Checked[];
  /** The operation's own cost; its parts are added. */
  readonly cost?: number;
  readonly extent?: Extent;
}

/** Puts a node together from its parts; a node of constants is computed here, once, and must not fail. */
export function build(cx: Context, draft: Draft): Checked {
  const { type, span, step, parts } = draft;
  const extent = draft.extent ?? scalarExtent;
  const cost = parts.reduce((sum, part) => sum + part.cost, 1 + (draft.cost ?? 0));
  if (parts.some((part) => part.type.kind === "broken")) return { ...brokenAt(span), type };
  if (extent.length > maxBuilt) {
    const message = `This builds a value of up to ${extent.length} elements or characters; at most ${maxBuilt} are allowed.`;
    return complain(cx, { code: "too_costly", span, message });
  }
  if (!parts.every((part) => part.constant !== undefined)) return { type, span, cost, extent, step };
  const value = step(frameForConstants());
  if (value instanceof Failure) {
    return { ...complain(cx, { code: "always_fails", span, message: `This always fails: ${value.message}` }), type };
  }
  return { type, span, cost: 1, extent: extentOf(value), step: constantStep(value), constant: value };
}

function extentOf(value: Value): Extent {
  if (typeof value === "string") return { length: value.length };
  if (isMap(value)) return { length: value.size, of: widestOf([...value.values()]) };
  return isList(value) ? { length: value.length, of: widestOf(value) } : scalarExtent;
}

function widestOf(values: readonly Value[]): Extent {
  let length = 0;
  let of: Extent | undefined;
  for (const value of values) {
    const extent = extentOf(value);
    if (extent.of && (!of || extent.of.length > of.length)) of = extent.of;
    length = Math.max(length, extent.length);
  }
  return of ? { length, of } : { length };
}

function frameForConstants(): Frame {
  const nothing = { run: {}, agent: {}, actor: {}, tags: {}, synthetic: false, now: new Date(0) };
  return { input: nothing, locals: [], tags: null, fuel: evaluationFuel };
}

/** How many turns a loop over this takes at most. */
export function turns(range: Checked): number {
  return range.type.kind === "tags" ? assumedTags : range.extent.length;
}
