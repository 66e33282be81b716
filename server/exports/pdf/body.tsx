// The part of a document that React-PDF sets.

import { Document } from "@react-pdf/renderer";
import type { AnnexPlace } from "@/server/exports/pdf/annex-places";
import { DebriefBody } from "@/server/exports/pdf/debrief-body";
import { EvidenceBody } from "@/server/exports/pdf/evidence-body";
import { inert } from "@/server/exports/pdf/inert-text";
import type { Listing } from "@/server/exports/pdf/listing";
import type { Setting } from "@/server/exports/pdf/parts/common-sections";
import { Sheet } from "@/server/exports/pdf/parts/sheet";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";
import type { Running } from "@/server/exports/pdf/running";
import { Soc2Body } from "@/server/exports/pdf/soc2-body";

type BodyInput = {
  model: PdfModel;
  running: Running;
  listings: readonly Listing[];
  places: readonly AnnexPlace[];
  annexPages: number;
};

export function bodyOf({ model, running, listings, places, annexPages }: BodyInput) {
  const { bundle, bundleHash, attachment } = model;
  const madeAt = new Date(bundle.created_at);
  return (
    <Document
      title={`${running.kind} ${bundle.bundle_id}`}
      subject={inert(`Incident ${bundle.incident.incident_id}`)}
      author={inert(bundle.tenant_name ?? bundle.tenant_id)}
      keywords={`${bundle.bundle_id} ${bundleHash}`}
      creator="Holdpoint"
      producer="Holdpoint"
      language="en"
      pageMode="useOutlines"
      creationDate={madeAt}
      modificationDate={madeAt}
    >
      <Sheet running={running} annexPages={annexPages}>
        <BodyOfKind bundle={bundle} setting={{ bundleHash, attachmentName: attachment.name, listings, places }} />
      </Sheet>
    </Document>
  );
}

function BodyOfKind({ bundle, setting }: { bundle: PdfModel["bundle"]; setting: Setting }) {
  switch (bundle.bundle_type) {
    case "evidence":
      return <EvidenceBody bundle={bundle} setting={setting} />;
    case "soc2":
      return <Soc2Body bundle={bundle} setting={setting} />;
    case "executive_debrief":
      return <DebriefBody bundle={bundle} setting={setting} />;
  }
}
