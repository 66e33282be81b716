import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkCondition } from "@/server/policy-language/check/condition";
import { diagnosticCodes } from "@/server/policy-language/diagnostics/diagnostic";
import type { ConditionInput } from "@/server/policy-language/plan/input";
import { sampleInput } from "@/server/policy-language/testing/sample-input";
import { failureCodes } from "@/server/policy-language/values/failure";

const members = z.record(z.string(), z.unknown());

const Case = z.strictObject({
  source: z.string(),
  /** Laid over the sample run, group by group; `tags` is replaced whole. */
  input: z
    .strictObject({
      run: members.optional(),
      step: members.nullable().optional(),
      tags: members.optional(),
      synthetic: z.boolean().optional(),
      now: z.string().optional(),
    })
    .optional(),
  gives: z.boolean().optional(),
  fails: z.enum(failureCodes).optional(),
  fields: z.array(z.string()).optional(),
  refused: z
    .array(z.strictObject({ code: z.enum(diagnosticCodes), at: z.string(), hint: z.string().optional() }))
    .optional(),
});
type Case = z.output<typeof Case>;
const CaseFile = z.strictObject({ about: z.string(), cases: z.array(Case) });

const folder = new URL("../corpus/", import.meta.url);

for (const file of readdirSync(folder)) {
  const { about, cases } = CaseFile.parse(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
  describe(`${file}: ${about}`, () => {
    for (const [index, one] of cases.entries()) {
      it(`${index + 1}. ${one.source}`, () => (one.refused ? expectRefusal(one, one.refused) : expectResult(one)));
    }
  });
}

function expectRefusal(one: Case, refused: NonNullable<Case["refused"]>): void {
  const checked = checkCondition(one.source);
  const diagnostics = checked.ok ? [] : checked.diagnostics;
  const found = diagnostics.map(({ code, span }) => ({ code, at: one.source.slice(span.from, span.to) }));
  expect(found).toEqual(refused.map(({ code, at }) => ({ code, at })));
  for (const [index, { hint }] of refused.entries()) if (hint) expect(diagnostics[index]?.hint).toContain(hint);
}

function expectResult(one: Case): void {
  const checked = checkCondition(one.source);
  if (!checked.ok) throw new Error(checked.diagnostics.map((d) => `${d.code}: ${d.message}`).join("; "));
  const result = checked.condition.evaluate(inputOf(one));
  expect(result.ok ? { gives: result.value } : { fails: result.code }).toEqual(
    one.fails ? { fails: one.fails } : { gives: one.gives },
  );
  if (one.fields) expect(checked.condition.fields).toEqual(one.fields);
}

function inputOf({ input }: Case): ConditionInput {
  const { run, step, tags, synthetic, now } = input ?? {};
  return untrusted({
    ...sampleInput,
    run: { ...sampleInput.run, ...run },
    step: step === null ? null : { ...sampleInput.step, ...step },
    tags: tags ?? sampleInput.tags,
    synthetic: synthetic ?? sampleInput.synthetic,
    now: now === undefined ? sampleInput.now : new Date(now),
  });
}

// Some cases hold values that the type forbids, to see that evaluation refuses them.
function untrusted(input: object): ConditionInput {
  return input as ConditionInput;
}
