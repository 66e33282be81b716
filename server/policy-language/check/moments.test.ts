import { describe, expect, it } from "vitest";
import { bindMoments } from "@/db/vocabulary";
import { checkCondition } from "@/server/policy-language/check/condition";
import { environmentFields } from "@/server/policy-language/check/environment";
import { checkMoment, conditionFieldsAllowedAt } from "@/server/policy-language/check/moments";

function check(source: string, moment: (typeof bindMoments)[number]) {
  const checked = checkCondition(source);
  if (!checked.ok) throw new Error(source);
  return checkMoment(checked.condition, moment).map(({ code, span }) => `${code} ${source.slice(span.from, span.to)}`);
}

describe("bind moments", () => {
  it("run_start reads who and what the run is, and nothing it has used", () => {
    expect(check('run.model == "m" && agent.id == "a" && tags.env == "p" && actor.id != ""', "run_start")).toEqual([]);
    expect(check('run.id != "" && now.getHours() > 8 && !synthetic && "env" in tags', "run_start")).toEqual([]);
    expect(check('run.project == "p" && run.tokens > 5 && step.tokens > 5', "run_start")).toEqual([
      "not_at_this_moment run.tokens",
      "not_at_this_moment step.tokens",
    ]);
  });

  it("on_change takes no condition at all", () => {
    expect(check("true", "on_change")).toEqual(["not_at_this_moment true"]);
    expect(conditionFieldsAllowedAt("on_change")).toEqual([]);
  });

  it("the others read the whole environment", () => {
    const all = environmentFields.map((field) => field.path);
    for (const moment of bindMoments.filter((m) => m !== "run_start" && m !== "on_change")) {
      expect(conditionFieldsAllowedAt(moment)).toEqual(all);
    }
  });
});
