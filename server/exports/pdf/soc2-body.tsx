// The SOC 2 document: criteria with computed status, the population they stand in, the control, and what went wrong.

import { View } from "@react-pdf/renderer";
import type { EvidenceStatus } from "@/db/vocabulary";
import type { SOC2Bundle, SOC2ControlMapping } from "@/server/exports/content/soc2-bundle-types";
import { actorName, day, moment, none, words } from "@/server/exports/pdf/figures";
import type { Listing } from "@/server/exports/pdf/listing";
import { Badge, Callout, Facts, isLongText, Note, Prose } from "@/server/exports/pdf/parts/blocks";
import { type SectionOf, Sections, type Setting } from "@/server/exports/pdf/parts/common-sections";
import { BadgeRow, Cover } from "@/server/exports/pdf/parts/cover";
import { Rows } from "@/server/exports/pdf/parts/data-table";
import { RunAtAGlance, runSections } from "@/server/exports/pdf/parts/run-document";
import { Words } from "@/server/exports/pdf/parts/words";
import { periodSections } from "@/server/exports/pdf/soc2-period";
import { integrityTone, severityTone } from "@/server/exports/pdf/summary";
import { colour, type Tone } from "@/server/exports/pdf/theme";

export const statusTone: Record<EvidenceStatus, Tone> = {
  DEMONSTRATED: "good",
  PARTIAL: "warn",
  EXCEPTION: "bad",
  NOT_DEMONSTRATED: "bad",
  NOT_APPLICABLE: "plain",
};

export function Soc2Body({ bundle, setting }: { bundle: SOC2Bundle; setting: Setting }) {
  return (
    <>
      <Soc2Cover bundle={bundle} />
      <StatusStrip mappings={bundle.control_mappings} />
      <RunAtAGlance bundle={bundle} />
      <Sections
        sections={[
          { title: "Control mappings", content: <Mappings mappings={bundle.control_mappings} /> },
          statementSection(bundle, setting),
          ...periodSections(bundle, setting),
          ...runSections(bundle, setting),
        ]}
      />
    </>
  );
}

function Soc2Cover({ bundle }: { bundle: SOC2Bundle }) {
  const state = integrityTone(bundle.integrity);
  return (
    <Cover
      kind="SOC 2 evidence bundle"
      title={bundle.incident.title}
      subtitle={`Trust Services Criteria ${bundle.criteria_covered.join(", ")} · ${day(bundle.compliance_period_start)} to ${day(lastInstant(bundle.compliance_period_end))}`}
    >
      <BadgeRow>
        <Badge tone={severityTone[bundle.incident.severity]}>{`Severity ${bundle.incident.severity}`}</Badge>
        <Badge tone={state.tone}>{state.text}</Badge>
        <Badge tone="plain">{`Review ${bundle.review_status.toLowerCase()}`}</Badge>
        {bundle.incident.is_synthetic ? <Badge tone="warn">Synthetic data</Badge> : null}
      </BadgeRow>
      <Facts
        columns={2}
        facts={[
          { name: "Bundle", value: bundle.bundle_id },
          { name: "Generated", value: moment(bundle.created_at) },
          { name: "Incident", value: bundle.incident_id },
          { name: "Exported by", value: actorName(bundle.production.requested_by) },
          { name: "Run", value: bundle.run_id ?? none },
          { name: "Organization", value: bundle.tenant_name ?? bundle.tenant_id },
          { name: "Period from", value: moment(bundle.compliance_period_start) },
          { name: "Period to", value: `${moment(bundle.compliance_period_end)} (exclusive)` },
        ]}
      />
    </Cover>
  );
}

/** The end is exclusive; a reader wants the last day. */
function lastInstant(end: string): string {
  return new Date(new Date(end).getTime() - 1).toISOString();
}

function StatusStrip({ mappings }: { mappings: readonly SOC2ControlMapping[] }) {
  return (
    <View style={{ flexDirection: "row", flexWrap: "wrap", marginBottom: 6 }}>
      {mappings.map(({ control_id, evidence_status }) => (
        <View key={control_id} style={{ flexDirection: "row", alignItems: "center", marginRight: 10, marginBottom: 5 }}>
          <Words bold style={{ marginRight: 5 }}>
            {control_id}
          </Words>
          <Badge tone={statusTone[evidence_status]}>{evidence_status.replace(/_/g, " ")}</Badge>
        </View>
      ))}
    </View>
  );
}

function Mappings({ mappings }: { mappings: readonly SOC2ControlMapping[] }) {
  return mappings.map((mapping) => (
    <View key={mapping.control_id} style={{ marginBottom: 12 }}>
      <View
        wrap={false}
        minPresenceAhead={80}
        style={{ flexDirection: "row", justifyContent: "space-between", alignItems: "flex-start" }}
      >
        <View style={{ flex: 1, paddingRight: 10 }}>
          <Words bold points={11}>{`${mapping.control_id}  ${mapping.official_subject}`}</Words>
          <Words points={8} ink={colour.soft}>{`Label in Holdpoint: ${mapping.control_name}`}</Words>
        </View>
        <Badge tone={statusTone[mapping.evidence_status]}>{mapping.evidence_status.replace(/_/g, " ")}</Badge>
      </View>
      <View style={{ marginTop: 4 }}>
        <Prose>{mapping.control_description}</Prose>
        <Prose>{mapping.evidence_provided}</Prose>
        {mapping.status_reason === null ? null : <Note>{`Why not demonstrated: ${mapping.status_reason}`}</Note>}
      </View>
      <Rows listing={testListing(mapping)} rows={testListing(mapping).rows} />
    </View>
  ));
}

function testListing(mapping: SOC2ControlMapping): Listing {
  const tones: Record<string, Tone> = { failed: "bad", not_met: "warn", unknown: "warn" };
  return {
    id: `tests-${mapping.control_id}`,
    title: `Tests of ${mapping.control_id}`,
    columns: [
      { head: "Test", share: 160 },
      { head: "Result", share: 52 },
      { head: "What was found", share: 190 },
      { head: "Leaf", share: 102 },
    ],
    rows: mapping.tests.map(({ test, result, detail, leaf }) => {
      const tone = tones[result];
      const where =
        leaf === null
          ? none
          : `${words(leaf.kind)} ${leaf.leaf_index === null ? "(not yet in the log)" : `#${leaf.leaf_index}`}`;
      const cells = [test, words(result), detail, where];
      return tone === undefined ? { cells } : { cells, tone };
    }),
    empty: "No test was made.",
    rowsInPage: 40,
  };
}

function statementSection(bundle: SOC2Bundle, setting: Setting): SectionOf {
  const step = bundle.incident.violation?.step_index ?? bundle.violation_step_index;
  return {
    title: "Statement",
    content: (
      <>
        <Callout tone="plain" title="What the records show" isLong={isLongText([bundle.attestation_statement])}>
          <Prose>{bundle.attestation_statement}</Prose>
        </Callout>
        <Facts
          facts={[
            { name: "Bundle", value: bundle.bundle_id },
            { name: "Incident", value: bundle.incident_id },
            { name: "Step", value: step === null ? none : String(step) },
            { name: "Bundle hash", value: setting.bundleHash, face: "mono" },
            {
              name: "Review",
              value: `${bundle.review_status}${bundle.reviewed_by === null ? "" : ` by ${bundle.reviewed_by}, ${moment(bundle.reviewed_at)}`}`,
            },
            { name: "Preparer's notes", value: bundle.preparer_notes ?? "none" },
            { name: "Auditor's notes", value: bundle.auditor_notes ?? "none" },
          ]}
        />
      </>
    ),
  };
}
