// The evidence document: what one run did, where it was stopped, and why that can be believed.

import type { EvidenceBundle } from "@/server/exports/content/bundle-types";
import { actorName, brief, moment, none } from "@/server/exports/pdf/figures";
import { Badge, Facts } from "@/server/exports/pdf/parts/blocks";
import { Sections, type Setting } from "@/server/exports/pdf/parts/common-sections";
import { BadgeRow, Cover } from "@/server/exports/pdf/parts/cover";
import { RunAtAGlance, runSections } from "@/server/exports/pdf/parts/run-document";
import { integrityTone, severityTone } from "@/server/exports/pdf/summary";

export function EvidenceBody({ bundle, setting }: { bundle: EvidenceBundle; setting: Setting }) {
  return (
    <>
      <EvidenceCover bundle={bundle} />
      <RunAtAGlance bundle={bundle} />
      <Sections sections={runSections(bundle, setting)} />
    </>
  );
}

function EvidenceCover({ bundle }: { bundle: EvidenceBundle }) {
  const state = integrityTone(bundle.integrity);
  return (
    <Cover
      kind="Evidence bundle"
      title={bundle.incident.title}
      subtitle={`Evidence of ${bundle.tenant_name ?? bundle.tenant_id}`}
    >
      <BadgeRow>
        <Badge tone={severityTone[bundle.incident.severity]}>{`Severity ${bundle.incident.severity}`}</Badge>
        <Badge tone="plain">{`Incident ${bundle.incident.status}`}</Badge>
        <Badge tone={state.tone}>{state.text}</Badge>
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
          { name: "Reason", value: brief(bundle.export_reason, "none given") },
        ]}
      />
    </Cover>
  );
}
