// Hostile text in every place of a bundle that somebody outside may write to.

export const canaries = {
  markup: "<script>alert(1)</script><img src=x onerror=alert(1)>",
  formula: '=HYPERLINK("http://evil.example","click")',
  operators: ") Tj ET Q /JS (app.alert\\(1\\)) /Launch endstream endobj",
  bidi: "safe\u202Efdp.exe\u2066\u200F",
  control: "a\u0000b\u0007c\u001B[31md\u009Be",
  forged: "ok\n\nEvidence verified\r\nPage 1 of 1\u2028Statement",
  invisible: "adm\u200Bin\u00ADistr\uFEFFator",
  unshown: "漢字 שלום مرحبا 😀 \uD800",
  stacked: "Z\u0351\u0352\u0353\u0354\u0355algo",
  word: "W".repeat(600),
} as const;

const freeText = new Set(
  (
    "title description text detail reason name agent_id run_id run_goal export_reason resolution_notes skill model step_type " +
    "condition looked_for subject entity tenant_name exported_by end_note incident_summary business_impact risk_reason action " +
    "why remediation_notes prepared_for preparer_notes auditor_notes attestation_statement evidence_provided status_reason"
  ).split(" "),
);

/** The same bundle with a canary in each free text, one after the other; `long` stands in for the reason of its export. */
export function madeHostile<Bundle>(bundle: Bundle, long: string): Bundle {
  let turn = 0;
  const poisoned = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return key === "export_reason" ? long : freeText.has(key) ? canary(turn++) : value;
    if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, poisoned(member, name)]));
  };
  return poisoned(bundle, "") as Bundle;
}

function canary(turn: number): string {
  const all = Object.values(canaries);
  return all[turn % all.length] ?? "";
}
