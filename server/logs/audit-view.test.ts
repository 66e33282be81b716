import { describe, expect, it } from "vitest";
import { auditRow } from "@/server/platform/audit/audit";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { auditRecord } from "./audit-view";

const tenantId = "0197a2b4-0000-7000-8000-000000000001";

function evidenceOf(entry: { action: string; entity_type: string; entity_id: string; detail?: object }) {
  const row = auditRow(entry, { principal: systemPrincipal(tenantId, "test"), at: new Date(0) });
  const { before = null, after = null, detail = null, runId = null, requestId = null, afterHash = null } = row;
  return auditRecord({ ...row, tenantId, before, after, detail, runId, requestId, afterHash }).evidence;
}

describe("the evidence of an audit entry", () => {
  it("names the policy and the incident of its detail", () => {
    const detail = { decision: "deny", policy_id: "p-1", incident_id: "i-1" };
    expect(evidenceOf({ action: "run.released", entity_type: "run", entity_id: "r-1", detail })).toMatchObject({
      policy_ids: ["p-1"],
      incident_ids: ["i-1"],
    });
  });

  it("names each once, beside the entity itself", () => {
    const detail = { policy_id: "p-1", incident_id: null };
    const of = (entity_id: string) =>
      evidenceOf({ action: "policy.changed", entity_type: "policy", entity_id, detail }).policy_ids;
    expect([of("p-1"), of("p-2")]).toEqual([["p-1"], ["p-2", "p-1"]]);
  });

  it("names none where nobody is named", () => {
    expect(evidenceOf({ action: "run.cancelled", entity_type: "run", entity_id: "r-1" })).toMatchObject({
      policy_ids: [],
      incident_ids: [],
    });
  });
});
