"use client";

import { useState } from "react";
import { useAddress } from "@/components/data/address";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { Section } from "@/components/ui/section";
import { Tooltip } from "@/components/ui/tooltip";
import type { BundleType } from "@/db/vocabulary";
import type { Export } from "@/server/exports/contract";
import type { Incident } from "@/server/incidents/contract";
import { BundleHistory } from "./bundle-history";
import { type BundleKind, bundleKinds } from "./bundle-kinds";
import { bundleParams } from "./search-params";
import type { ExportActions } from "./server-actions";

// Loaded when one is opened.
const BundleDialog = onDemand(async () => (await import("./bundle-dialog")).BundleDialog);
const ExportDialog = onDemand(async () => (await import("./export-dialog")).ExportDialog);
const VerifyDialog = onDemand(async () => (await import("./verify-dialog")).VerifyDialog);

/** The documents of an incident: make one, take one, countersign one, check one. */
export function ExportsSection({ incident, actions }: { incident: Incident; actions: ExportActions }) {
  const [asked, setAsked] = useState<BundleType | null>(null);
  const [{ bundle: bundleId }, setParams] = useAddress(bundleParams);
  const openBundle = (bundle: string | null) => setParams({ bundle });
  const mayRead = useMay("exports:read");
  const made = ({ bundle_id }: Export) => {
    setAsked(null);
    openBundle(bundle_id);
  };
  return (
    <Section title="Exports" id="exports" aside={mayRead ? <VerifyButton /> : null}>
      <Kinds onAsk={setAsked} />
      {mayRead ? (
        <BundleHistory incidentId={incident.incident_id} onOpen={(id) => openBundle(id)} />
      ) : (
        <p className="mt-3 text-muted">
          You may not see the bundles of this incident: that needs the permission <code>exports:read</code>.
        </p>
      )}
      {asked === null ? null : (
        <ExportDialog
          type={asked}
          incident={incident}
          action={actions.exports[asked]}
          onClose={() => setAsked(null)}
          onMade={made}
        />
      )}
      {bundleId === null ? null : (
        <BundleDialog bundleId={bundleId} review={actions.review} onClose={() => openBundle(null)} />
      )}
    </Section>
  );
}

function VerifyButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Verify a file
      </Button>
      {isOpen ? <VerifyDialog open onOpenChange={setOpen} /> : null}
    </>
  );
}

function Kinds({ onAsk }: { onAsk: (type: BundleType) => void }) {
  return (
    <ul className="flex flex-col divide-y divide-line border-line border-y">
      {bundleKinds.map((kind) => (
        <li key={kind.type} className="flex items-center gap-3 py-2">
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{kind.name}</span>
            <span className="block text-muted text-xs">{kind.purpose}</span>
          </span>
          <AskButton kind={kind} onAsk={() => onAsk(kind.type)} />
        </li>
      ))}
    </ul>
  );
}

function AskButton({ kind, onAsk }: { kind: BundleKind; onAsk: () => void }) {
  const may = useMay(kind.permission);
  const reason = `This needs the permission ${kind.permission}`;
  const button = (
    <Button
      size="small"
      aria-disabled={may ? undefined : true}
      aria-label={may ? `Export: ${kind.name}` : `Export: ${kind.name}. ${reason}`}
      onClick={() => may && onAsk()}
    >
      Export…
    </Button>
  );
  return may ? button : <Tooltip content={reason}>{button}</Tooltip>;
}
