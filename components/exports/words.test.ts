import { expect, it } from "vitest";
import { bundleTypes, exportFormats } from "@/db/vocabulary";
import { checkNames } from "@/server/evidence/verdict";
import { exportDebrief, exportEvidence, exportSoc2 } from "@/server/exports/contract";
import { bundleKinds, formatWords, isVerifiable, kindOf, offlineCommand } from "./bundle-kinds";
import { questionOf, verdictWords } from "./verdict-words";

it("knows every kind of bundle, with the permission its operation asks for", () => {
  expect(bundleKinds.map(({ type }) => type)).toEqual([...bundleTypes]);
  expect(kindOf("evidence").permission).toBe(exportEvidence.permission);
  expect(kindOf("soc2").permission).toBe(exportSoc2.permission);
  expect(kindOf("executive_debrief").permission).toBe(exportDebrief.permission);
  expect(Object.keys(formatWords).sort()).toEqual([...exportFormats].sort());
  expect(isVerifiable("csv")).toBe(false);
  expect(offlineCommand("EVD-1.json")).toContain("bin/holdpoint-verify.mjs EVD-1.json");
});

it("asks a question for every check", () => {
  for (const name of checkNames) expect(questionOf(name), name).toMatch(/\?$/);
  expect(questionOf("something_new")).toBe("something new");
});

it("calls nothing verified whose signer is unknown", () => {
  expect(verdictWords({ verified: true, signer: "trusted", first_failure: null }).title).toBe("Verified");
  expect(verdictWords({ verified: true, signer: "unknown", first_failure: null })).toMatchObject({
    tone: "review",
    title: "Consistent, but the signer is unknown",
  });
  const broken = verdictWords({ verified: false, signer: "trusted", first_failure: "chain" });
  expect(broken).toMatchObject({ tone: "deny", title: "Not verified" });
  expect(broken.text).toContain("without a gap");
});
