// Sections that more than one document has.

import type { ReactNode } from "react";
import type { IntegrityEvidence, Production, Unknown } from "@/server/exports/content/bundle-types";
import type { AnnexPlace } from "@/server/exports/pdf/annex-places";
import { actor, count, instant, moment, none, sentenceCase, words } from "@/server/exports/pdf/figures";
import type { Listing } from "@/server/exports/pdf/listing";
import { parametersOf } from "@/server/exports/pdf/listings/incident-listings";
import {
  Bullets,
  Callout,
  type Fact,
  Facts,
  Heading,
  isLongText,
  Note,
  Prose,
  Section,
} from "@/server/exports/pdf/parts/blocks";
import { DataTable } from "@/server/exports/pdf/parts/data-table";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import { integrityTone } from "@/server/exports/pdf/summary";

/** What a document is set from. */
export type Setting = {
  bundleHash: string;
  attachmentName: string;
  listings: readonly Listing[];
  places: readonly AnnexPlace[];
};

export type SectionOf = { title: string; content: ReactNode };

export function Sections({ sections }: { sections: readonly SectionOf[] }) {
  return sections.map(({ title, content }, at) => (
    <Section key={title} number={at + 1} title={title}>
      {content}
    </Section>
  ));
}

export function Listed({ id, setting }: { id: string; setting: Setting }) {
  const listing = setting.listings.find((candidate) => candidate.id === id);
  if (listing === undefined) throw new Error(`no listing ${id}`);
  return <DataTable listing={listing} places={setting.places} />;
}

export function integritySection(bundle: AnyBundle & { integrity: IntegrityEvidence }, setting: Setting): SectionOf {
  const { integrity, verify } = bundle;
  const state = integrityTone(integrity);
  return {
    title: "Integrity and how to verify",
    content: (
      <>
        <Callout tone={state.tone} title={state.text} isLong={isLongText([integrity.finding ?? ""])}>
          <Prose>
            {integrity.verified === false
              ? `First thing that did not hold: ${integrity.finding ?? "not given"} (record ${integrity.finding_seq ?? none}, step ${integrity.finding_step ?? none}).`
              : `${count(integrity.records_checked)} records were checked from their rows when this bundle was made. The bundle's hash below covers every member of the attached JSON but its proof.`}
          </Prose>
        </Callout>
        <Facts facts={hashesOf(integrity, setting)} />
        <Heading>Verify it yourself</Heading>
        <Bullets items={integrity.how_to_verify} />
        <Facts
          facts={[
            { name: "Verify at", value: verify.address, face: "mono" },
            { name: "Offline", value: verify.command, face: "mono" },
            { name: "Public keys", value: verify.keys_address, face: "mono" },
            { name: "Attached", value: setting.attachmentName, face: "mono" },
          ]}
        />
        <Note>
          Characters without a glyph in this document's fonts, and characters that would change how text runs, are
          printed as [U+…]; the attached JSON has the text as it was recorded.
        </Note>
      </>
    ),
  };
}

function hashesOf(integrity: IntegrityEvidence, { bundleHash }: Setting): Fact[] {
  return [
    { name: "Bundle hash (SHA-256)", value: bundleHash, face: "mono" },
    { name: "Seal of the run", value: integrity.seal_hash ?? "none", face: "mono" },
    { name: "Root of its chain", value: integrity.chain_root ?? "none", face: "mono" },
    { name: "Genesis", value: integrity.genesis_hash ?? "none", face: "mono" },
    { name: "Sealed", value: instant(integrity.sealed_at) },
    { name: "Late records", value: count(integrity.late_records) },
  ];
}

export function productionSection(production: Production, setting: Setting): SectionOf {
  const { engine } = production;
  return {
    title: "How this was produced",
    content: (
      <>
        <Facts
          facts={[
            { name: "Produced", value: moment(production.produced_at) },
            {
              name: "Requested by",
              value: `${actor(production.requested_by)}${production.requested_by_role === null ? "" : `, ${production.requested_by_role}`}`,
            },
            { name: "Reason", value: production.export_reason ?? "none given" },
            { name: "Prepared for", value: production.prepared_for ?? "nobody named" },
            { name: "Operation", value: `${production.operation} (${parametersOf(production.parameters)})` },
            { name: "As of", value: `${instant(production.as_of)}, ${production.isolation}` },
            {
              name: "Engine",
              value: `${engine.product} ${engine.version}; decisions ${engine.decision_engine ?? none}; ${engine.evidence_format}; ${engine.database}`,
            },
            { name: "Time zone", value: `${production.time_zone} for periods; instants are UTC` },
            { name: "Clock", value: production.clock },
          ]}
        />
        <Heading>Questions put to the database</Heading>
        <Listed id="queries" setting={setting} />
      </>
    ),
  };
}

/** `policy_context.active_policies` → Policy context, active policies; units go without saying. */
function fieldLabel(field: string): string {
  const parts = field.split(".").map((part) => words(part.replace(/_(?:seconds|cents|ms)$/, "")));
  return sentenceCase(parts.join(", "));
}

export function limitsSection(bundle: {
  scope_limits: readonly string[];
  unknowns: readonly Unknown[];
  statement: string;
}): SectionOf {
  return {
    title: "What this document does not show",
    content: (
      <>
        <Bullets items={bundle.scope_limits} />
        {bundle.unknowns.length === 0 ? null : (
          <>
            <Heading>Unknown, and why</Heading>
            <Facts facts={bundle.unknowns.map(({ field, reason }) => ({ name: fieldLabel(field), value: reason }))} />
          </>
        )}
        <Note>{bundle.statement}</Note>
      </>
    ),
  };
}
