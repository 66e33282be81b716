"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { bytes, plural, shortId } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy";
import { Skeleton } from "@/components/ui/skeleton";
import { type ExportSummary, listExports } from "@/server/exports/contract";
import { api } from "@/server/platform/http/client";
import { formatWords, kindOf } from "./bundle-kinds";
import { BundleState, ReviewMark } from "./bundle-state";
import { historyInput } from "./reads";

/** Every bundle that was made of this incident, newest first. */
export function BundleHistory({ incidentId, onOpen }: { incidentId: string; onOpen: (bundleId: string) => void }) {
  const list = useQuery(api.query(listExports, historyInput(incidentId)));
  return (
    <QueryView query={list} skeleton={<Skeleton className="mt-3 h-14 w-full" />}>
      {({ items, pagination }) =>
        items.length === 0 ? (
          <p className="mt-3 text-muted">Nobody has exported anything of this incident yet.</p>
        ) : (
          <div className="mt-4">
            <h3 className="mb-1 text-muted text-xs">
              {plural(pagination.total, "bundle")} of this incident
              {pagination.total > items.length ? `, the newest ${items.length} are shown` : ""}
            </h3>
            <ul className="flex flex-col divide-y divide-line border-line border-y">
              {items.map((bundle) => (
                <BundleRow key={bundle.bundle_id} bundle={bundle} onOpen={() => onOpen(bundle.bundle_id)} />
              ))}
            </ul>
          </div>
        )
      }
    </QueryView>
  );
}

function BundleRow({ bundle, onOpen }: { bundle: ExportSummary; onOpen: () => void }) {
  const nameOf = useActorName();
  return (
    <li className="flex items-center gap-3 py-2">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <button type="button" onClick={onOpen} className="font-medium underline-offset-2 hover:underline">
            {kindOf(bundle.bundle_type).name} · {formatWords[bundle.format].name}
          </button>
          <BundleState bundle={bundle} />
          {bundle.status === "ready" ? <ReviewMark status={bundle.review_status} /> : null}
        </div>
        <div className="flex flex-wrap items-center gap-x-2 text-muted text-xs">
          <span>{capitalised(nameOf(bundle.requested_by))}</span>
          <Time at={bundle.created_at} />
          {bundle.size_bytes === null ? null : <span>{bytes(bundle.size_bytes)}</span>}
          {bundle.content_hash === null ? null : <ShortHash hash={bundle.content_hash} />}
        </div>
        {bundle.failure === null ? null : <p className="text-xs">{bundle.failure}</p>}
      </div>
      {bundle.download_url === null ? null : (
        <a
          href={bundle.download_url}
          download={bundle.file_name ?? true}
          className={buttonClass({ size: "small" })}
          aria-label={`Download ${bundle.file_name ?? bundle.bundle_id}`}
        >
          <Download aria-hidden />
          Download
        </a>
      )}
    </li>
  );
}

function ShortHash({ hash }: { hash: string }) {
  return (
    <span className="inline-flex items-center">
      <code title={hash}>{shortId(hash.replace("sha256:", ""))}</code>
      <CopyButton value={hash} label="Copy content hash" />
    </span>
  );
}
