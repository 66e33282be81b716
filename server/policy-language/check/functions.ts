import { calendarOverloads, durationParts } from "@/server/policy-language/check/calendar-functions";
import type { Checked, Extent } from "@/server/policy-language/check/checked";
import { build, type Context, complain } from "@/server/policy-language/check/context";
import { conversionOverloads } from "@/server/policy-language/check/conversion-functions";
import type { Operation } from "@/server/policy-language/check/operators";
import { type Overload, PlanProblem } from "@/server/policy-language/check/overload";
import { textOverloads } from "@/server/policy-language/check/text-functions";
import { typeName } from "@/server/policy-language/check/value-type";

export interface FunctionCall extends Operation {
  readonly isMethod: boolean;
}

const functions: ReadonlyMap<string, readonly Overload[]> = new Map(
  Object.entries({ ...textOverloads, ...conversionOverloads, ...calendarOverloads, ...mergedDurationParts() }),
);

// getHours and its like stand on timestamps and on durations.
function mergedDurationParts(): Record<string, readonly Overload[]> {
  const merged: Record<string, readonly Overload[]> = {};
  for (const [name, overloads] of Object.entries(durationParts)) {
    merged[name] = [...(calendarOverloads[name] ?? []), ...overloads];
  }
  return merged;
}

export function isFunctionName(name: string): boolean {
  return functions.has(name);
}

/** Every function of the language, for completions and for "did you mean". */
export const functionNames: readonly string[] = [...functions.keys()];

export function checkFunction(cx: Context, call: FunctionCall): Checked {
  const overloads = functions.get(call.name) ?? [];
  const overload = overloads.find((candidate) => fits(candidate, call));
  if (!overload) return noOverload(cx, call, overloads);
  const { span, args } = call;
  if (args.some((arg) => arg.type.kind === "broken")) {
    return build(cx, { type: overload.result, span, step: () => false, parts: args });
  }
  const step = overload.plan(args);
  if (step instanceof PlanProblem) {
    const at = args[step.arg]?.span ?? span;
    return complain(cx, { ...step.complaint, span: at });
  }
  const extent: Extent | undefined = overload.extent?.(args);
  const cost = overload.cost?.(args) ?? 0;
  const draft = { type: overload.result, span, step, parts: args, cost };
  return build(cx, extent ? { ...draft, extent } : draft);
}

function fits(overload: Overload, call: FunctionCall): boolean {
  if (overload.params.length !== call.args.length) return false;
  if (overload.style !== "either" && (overload.style === "method") !== call.isMethod) return false;
  return overload.params.every((kind, index) => {
    const actual = call.args[index]?.type.kind;
    return actual === kind || actual === "broken";
  });
}

function noOverload(cx: Context, call: FunctionCall, overloads: readonly Overload[]): Checked {
  const { name, span, args, isMethod } = call;
  if (args.some((arg) => arg.type.kind === "broken"))
    return build(cx, { type: { kind: "broken" }, span, step: () => false, parts: args });
  const given = args.map((arg) => typeName(arg.type)).join(", ");
  const message = `\`${name}\` does not take (${given})${isMethod ? " as a method" : ""}.`;
  const forms = overloads.map((overload) => `\`${form(name, overload)}\``);
  const hint = `It is ${[...new Set(forms)].slice(0, 4).join(" or ")}.`;
  return complain(cx, { code: "no_such_overload", span, message, hint });
}

function form(name: string, overload: Overload): string {
  const [first = "", ...rest] = overload.params;
  return overload.style === "method"
    ? `${first}.${name}(${rest.join(", ")})`
    : `${name}(${overload.params.join(", ")})`;
}
