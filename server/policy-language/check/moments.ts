import type { BindMoment } from "@/db/vocabulary";
import { environmentFields } from "@/server/policy-language/check/environment";
import { type Diagnostic, diagnose, withHint } from "@/server/policy-language/diagnostics/diagnostic";
import type { Condition } from "@/server/policy-language/plan/condition";

const allPaths = environmentFields.map((field) => field.path);

// admin-api.md, "Bind moments": at the start there is the run's identity but nothing has been used yet.
const startPaths = [
  "run.id",
  "run.goal",
  "run.project",
  "run.source",
  "run.provider",
  "run.model",
  "agent.id",
  "actor.type",
  "actor.id",
  "tags",
  "synthetic",
  "now",
] as const;

/** The environment paths that a condition may read at a moment; none at all at `on_change`, which allows no conditions. */
export function conditionFieldsAllowedAt(bindAt: BindMoment): readonly string[] {
  if (bindAt === "on_change") return [];
  return bindAt === "run_start" ? startPaths : allPaths;
}

/** Empty when the condition may be bound at that moment; otherwise one diagnostic per field that has no value there. */
export function checkMoment(condition: Condition, bindAt: BindMoment): readonly Diagnostic[] {
  const span = { from: 0, to: condition.source.length };
  if (bindAt === "on_change") {
    return [diagnose("not_at_this_moment", span, "`on_change` follows a metric; it takes no condition.")];
  }
  const allowed = new Set(conditionFieldsAllowedAt(bindAt));
  const forbidden = condition.fields.filter(
    (field) => !allowed.has(field) && !(field.startsWith("tags.") && allowed.has("tags")),
  );
  return forbidden.map((field) => {
    const message = `\`${field}\` has no value at \`${bindAt}\`.`;
    return withHint(
      diagnose("not_at_this_moment", spanOf(condition.source, field) ?? span, message),
      "Bind the rule at `each_step`.",
    );
  });
}

function spanOf(source: string, field: string): { from: number; to: number } | null {
  const found = new RegExp(`(?<![\\w.])${field.replaceAll(".", "\\.")}(?!\\w)`).exec(source);
  return found ? { from: found.index, to: found.index + field.length } : null;
}
