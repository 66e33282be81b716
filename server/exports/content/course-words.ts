// What became of a run at the step that broke policy, in clauses that a sentence joins: who let it go on or denied that,
// when and why. Pure.

import type { IncidentViolation, PauseRelease } from "@/server/exports/content/bundle-types";
import { count, instantText } from "@/server/exports/content/wording";

type Course = Pick<IncidentViolation, "enforcement" | "course" | "releases" | "step_had_run" | "metric">;

/** Empty where nothing held the run. */
export function courseClauses(violation: Course): string[] {
  const { enforcement, course, releases } = violation;
  if (enforcement === null) return [];
  if (enforcement !== "pause") return [`the run was ended there, ${whenOf(violation)}`];
  const approvals = releases.filter(({ decision }) => decision === "approve");
  const again = approvals.length > 0 && course !== "released" ? ["it was paused again"] : [];
  const paused = `the run was paused there, ${whenOf(violation)}`;
  return [paused, ...approved(approvals), ...again, ...outcome(violation)];
}

/** How the step stood when it was decided; the clock of the server may judge a run between steps. */
function whenOf({ step_had_run, metric }: Course): string {
  if (metric === "run.duration_ms") return "by the clock";
  if (step_had_run === null) return "while the step was out";
  return step_had_run ? "after the step was reported" : "before the step ran";
}

function approved(approvals: readonly PauseRelease[]): string[] {
  const last = approvals.at(-1);
  if (last === undefined) return [];
  const { length } = approvals;
  if (length === 1) return [`${who(last)} approved its release${onAndWhy(last)}, and it went on`];
  return [`its release was approved ${count(length, "time")}, last by ${who(last)}${onAndWhy(last)}`];
}

function outcome({ course, releases }: Course): string[] {
  const last = releases.at(-1);
  switch (course) {
    case "waits":
      return ["it waits for release"];
    case "denied":
      return last?.decision === "deny"
        ? [`${who(last)} denied its release${onAndWhy(last)}, which ended it`]
        : ["its release was denied, which ended it"];
    case "timed_out":
      return ["nobody decided about its release in time, which ended it"];
    case "ended":
      return ["it was ended while it was paused"];
    default:
      return [];
  }
}

function who({ by }: PauseRelease): string {
  return by?.name ?? by?.id ?? "somebody";
}

function onAndWhy({ at, reason }: PauseRelease): string {
  return ` on ${instantText(at)}${reason === null || reason.trim() === "" ? "" : ` (“${reason.trim()}”)`}`;
}
