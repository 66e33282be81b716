"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { type Fact, Facts } from "@/components/data/facts";
import { bytes, day } from "@/components/data/format";
import { Meter } from "@/components/data/meter";
import { QueryView } from "@/components/data/query-view";
import { Time, useZone } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { useReturnedFocus } from "@/components/incidents/use-returned-focus";
import { buttonClass } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy";
import { Dialog } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { type ExportDetail, getExport, type Review } from "@/server/exports/contract";
import { api } from "@/server/platform/http/client";
import { formatWords, isVerifiable, kindOf } from "./bundle-kinds";
import { BundleState, ReviewMark } from "./bundle-state";
import { OfflineHint } from "./offline-hint";
import { ReviewSection } from "./review-section";
import { VerifyBundle } from "./verify-bundle";

interface BundleDialogProps {
  bundleId: string;
  review: ServerAction<Review>;
  onClose: () => void;
}

/** While a job makes the bundle its events refresh this; the slow poll is for when they do not arrive. */
const POLL_MS = 5_000;

/** One bundle: how far it is, its file, what it is about, and its countersignatures. */
export function BundleDialog({ bundleId, review, onClose }: BundleDialogProps) {
  const detail = useQuery({
    ...api.query(getExport, { params: { bundle_id: bundleId } }),
    refetchInterval: ({ state }) => (state.data?.entity.status === "generating" ? POLL_MS : false),
  });
  useReturnedFocus();
  const bundle = detail.data?.entity;
  const title = bundle ? `${kindOf(bundle.bundle_type).name} · ${formatWords[bundle.format].name}` : "Bundle";
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} size="wide" title={title} description={bundleId}>
      <QueryView query={detail} skeleton={<Skeleton className="h-48 w-full" />}>
        {({ entity, actions }) => (
          <div className="flex flex-col gap-5">
            <Head bundle={entity} />
            <Facts items={factsOf(entity)} />
            <People bundle={entity} />
            {entity.status === "ready" ? <Proof bundle={entity} /> : null}
            <ReviewSection bundle={entity} known={actions.find(({ action }) => action === "review")} action={review} />
          </div>
        )}
      </QueryView>
    </Dialog>
  );
}

function Head({ bundle }: { bundle: ExportDetail }) {
  if (bundle.status === "failed") {
    return (
      <Callout tone="error" title="It could not be made">
        {bundle.failure ?? "The reason is not known. Ask for it again."} Nothing of it was kept.
      </Callout>
    );
  }
  if (bundle.status === "generating") {
    return (
      <div className="flex flex-col gap-2" aria-live="polite">
        <Meter label="Progress" value={bundle.progress} max={100} near={2} text={`${bundle.progress}%`} />
        <p className="text-muted">
          {bundle.stage === null ? "It waits for its turn." : `Now: ${bundle.stage}.`} You may close this: it is made
          all the same, and stands in the list when it is ready.
        </p>
        {bundle.failure === null ? null : (
          <Callout tone="review" title="An attempt failed, another one follows">
            {bundle.failure}
          </Callout>
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      <BundleState bundle={bundle} />
      <ReviewMark status={bundle.review_status} />
      <a
        href={bundle.download_url ?? undefined}
        download={bundle.file_name ?? true}
        className={`${buttonClass({ variant: "primary" })} ml-auto`}
      >
        <Download aria-hidden />
        Download {bytes(bundle.size_bytes)}
      </a>
    </div>
  );
}

function factsOf(bundle: ExportDetail): Fact[] {
  return [
    ...(bundle.file_name === null
      ? []
      : [{ label: "File", value: <code className="text-xs">{bundle.file_name}</code> }]),
    ...hashFact("What it says", bundle.content_hash, "Hash of the content; it stands in the log and on every page."),
    ...hashFact("Its bytes", bundle.file_hash, "SHA-256 of the file, as sha256sum shows it."),
    { label: "Steps", value: bundle.include_raw_steps ? "all, with what was kept of payloads" : "left out" },
  ];
}

function hashFact(label: string, hash: string | null, hint: string): Fact[] {
  if (hash === null) return [];
  const value = (
    <span className="flex items-start gap-1">
      <code className="min-w-0 break-all text-xs">{hash}</code>
      <CopyButton value={hash} label={`Copy hash: ${label}`} />
    </span>
  );
  return [{ label, value, hint }];
}

function People({ bundle }: { bundle: ExportDetail }) {
  const nameOf = useActorName();
  const zone = useZone();
  const { compliance_period_start: from, compliance_period_end: to } = bundle;
  const items: Fact[] = [
    {
      label: "Asked for",
      value: (
        <>
          {capitalised(nameOf(bundle.requested_by))}, <Time at={bundle.created_at} mode="exact" />
        </>
      ),
    },
    { label: "Prepared for", value: bundle.prepared_for ?? "nobody named" },
    { label: "Reason", value: bundle.export_reason ?? "none given" },
    ...(from === null || to === null
      ? []
      : [{ label: "Period", value: `${day(from, zone)} to ${day(lastDay(to), zone)}`, hint: `days in ${zone}` }]),
    ...(bundle.preparer_notes === null ? [] : [{ label: "Notes", value: bundle.preparer_notes }]),
  ];
  return <Facts items={items} />;
}

// The end is exclusive: what is shown is the last day that belongs to it.
function lastDay(end: string): string {
  return new Date(Date.parse(end) - 1).toISOString();
}

function Proof({ bundle }: { bundle: ExportDetail }) {
  if (!isVerifiable(bundle.format)) {
    return (
      <p className="text-muted">
        A CSV carries no proof. Its column <code>hash</code> is the record's place in the chain: export the same
        incident as JSON and compare.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <VerifyBundle bundle={bundle} />
      <OfflineHint fileName={bundle.file_name ?? bundle.bundle_id} />
    </div>
  );
}
