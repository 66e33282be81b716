import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkCondition } from "@/server/policy-language/check/condition";
import { maxConditionCost } from "@/server/policy-language/check/cost";
import { environmentFields } from "@/server/policy-language/check/environment";
import { functionNames } from "@/server/policy-language/check/functions";
import { typeName } from "@/server/policy-language/check/value-type";
import { diagnosticCodes } from "@/server/policy-language/diagnostics/diagnostic";
import { maxConditionLength, maxConditionNesting } from "@/server/policy-language/syntax/parse";
import { failureCodes } from "@/server/policy-language/values/failure";

const page = readFileSync(new URL("../../../docs/conditions.md", import.meta.url), "utf8");

describe("docs/conditions.md", () => {
  it("lists the environment as it is", () => {
    const rows = environmentFields.map(({ path, type, meaning }) => `| \`${path}\` | ${typeName(type)} | ${meaning} |`);
    expect(page).toContain(rows.join("\n"));
  });

  it.each([...functionNames, ...diagnosticCodes, ...failureCodes])("names %s", (name) => {
    expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it("gives the limits in force", () => {
    const text = page.replace(/(\d) (?=\d{3}\b)/g, "$1");
    for (const limit of [maxConditionLength, maxConditionNesting, maxConditionCost])
      expect(text).toContain(`| ${limit}`);
  });

  it("shows examples that are accepted", () => {
    const examples = (/```\n([\s\S]*?)```/.exec(page)?.[1] ?? "").trim().split("\n");
    expect(examples.length).toBeGreaterThan(3);
    for (const example of examples) expect(checkCondition(example)).toMatchObject({ ok: true });
  });
});
