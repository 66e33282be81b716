// The server's own check of a condition, in the browser: same diagnostics, same spans.

import type { BindMoment } from "@/db/vocabulary";
import { checkCondition } from "@/server/policy-language/check/condition";
import { checkMoment } from "@/server/policy-language/check/moments";
import type { Diagnostic } from "@/server/policy-language/diagnostics/diagnostic";

/** Everything that is wrong, in the order of the text; nothing for an empty one, which is not wrong but not there yet. */
export function conditionFaults(source: string, bindAt: BindMoment): readonly Diagnostic[] {
  if (source.trim() === "") return [];
  const checked = checkCondition(source);
  return checked.ok ? checkMoment(checked.condition, bindAt) : checked.diagnostics;
}
