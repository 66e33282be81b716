"use client";

import { useQueryState } from "nuqs";
import { useState } from "react";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Tooltip } from "@/components/ui/tooltip";
import type { BundleType } from "@/db/vocabulary";
import type { Export } from "@/server/exports/contract";
import type { Incident } from "@/server/incidents/contract";
import { BundleDialog } from "./bundle-dialog";
import { BundleHistory } from "./bundle-history";
import { type BundleKind, bundleKinds } from "./bundle-kinds";
import { ExportDialog } from "./export-dialog";
import { bundleParam } from "./search-params";
import type { ExportActions } from "./server-actions";
import { VerifyDialog } from "./verify-dialog";

/** The documents of an incident: make one, take one, countersign one, check one. */
export function ExportsSection({ incident, actions }: { incident: Incident; actions: ExportActions }) {
  const [asked, setAsked] = useState<BundleType | null>(null);
  const [bundleId, openBundle] = useQueryState("bundle", bundleParam);
  const mayRead = useMay("exports:read");
  const made = ({ bundle_id }: Export) => {
    setAsked(null);
    void openBundle(bundle_id);
  };
  return (
    <Section title="Exports" id="exports" aside={mayRead ? <VerifyButton /> : null}>
      <Kinds onAsk={setAsked} />
      {mayRead ? (
        <BundleHistory incidentId={incident.incident_id} onOpen={(id) => void openBundle(id)} />
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
        <BundleDialog bundleId={bundleId} review={actions.review} onClose={() => void openBundle(null)} />
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
      <VerifyDialog open={isOpen} onOpenChange={setOpen} />
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
