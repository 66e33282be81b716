// What a criterion's tests come to. Pure: the status is computed from results and can be had in no other way.

import type { EvidenceStatus } from "@/db/vocabulary";
import { controlTest, type TestFacts } from "@/server/exports/content/control-tests";
import type { ControlTest, SOC2ControlMapping } from "@/server/exports/content/soc2-bundle-types";
import { type Criterion, defaultCriteria, integrityTests } from "@/server/exports/content/soc2-criteria";

export function controlMappingsOf(
  facts: TestFacts,
  criteria: readonly Criterion[] = defaultCriteria,
): SOC2ControlMapping[] {
  const inDoubt = integrityTests.map((id) => controlTest(id, facts)).find((test) => test.result === "failed") ?? null;
  return criteria.map((criterion) =>
    mappingOf(
      criterion,
      criterion.tests.map((id) => controlTest(id, facts)),
      inDoubt,
    ),
  );
}

function mappingOf(criterion: Criterion, tests: ControlTest[], inDoubt: ControlTest | null): SOC2ControlMapping {
  const { status, reason } = statusOf(tests, criterion.needs, inDoubt);
  return {
    control_id: criterion.id,
    control_name: criterion.label,
    control_description: criterion.description,
    official_subject: criterion.subject,
    evidence_provided: tests
      .filter((test) => test.result !== "not_applicable")
      .map((test) => test.detail)
      .join(" "),
    evidence_status: status,
    compliance_status: status,
    status_reason: reason,
    tests,
  };
}

type Status = { status: EvidenceStatus; reason: string | null };

/**
 * EXCEPTION when a test failed, or the evidence as a whole is in doubt; NOT_APPLICABLE when none applies;
 * NOT_DEMONSTRATED when none passed; PARTIAL when something is not met or unknown, or a test it needs does not apply;
 * DEMONSTRATED only otherwise.
 */
export function statusOf(
  tests: readonly ControlTest[],
  needs: readonly string[],
  inDoubt: ControlTest | null = null,
): Status {
  const failure = tests.find((test) => test.result === "failed") ?? inDoubt;
  if (failure !== null) return { status: "EXCEPTION", reason: failure.detail };
  const applicable = tests.filter((test) => test.result !== "not_applicable");
  if (applicable.length === 0) return { status: "NOT_APPLICABLE", reason: tests[0]?.detail ?? "There is no test." };
  const open = tests.find((test) => test.result === "not_met" || test.result === "unknown");
  const evidenced = applicable.some((test) => test.result === "passed" && isOwn(test, needs));
  if (!evidenced) return { status: "NOT_DEMONSTRATED", reason: (open ?? applicable[0])?.detail ?? null };
  const missing = tests.find((test) => needs.includes(test.id) && test.result === "not_applicable");
  const gap = open ?? missing;
  return gap === undefined ? { status: "DEMONSTRATED", reason: null } : { status: "PARTIAL", reason: gap.detail };
}

// That the row is intact shows nothing of what the criterion asks for.
function isOwn(test: ControlTest, needs: readonly string[]): boolean {
  return needs.includes(test.id);
}
