"use client";

import { DetailPage } from "@/components/shell/detail-page";
import { type KeyActions, KeyActionsProvider } from "./key-server-actions";
import { KeyView } from "./key-view";
import { useKey } from "./use-key";

/** Connectivity › API Keys › one key. */
export function KeyPage({ keyId, actions }: { keyId: string; actions: KeyActions }) {
  const name = useKey(keyId).data?.entity.name ?? "API key";
  return (
    <KeyActionsProvider actions={actions}>
      <DetailPage
        crumbs={[{ label: "Connectivity" }, { href: "/connectivity/api-keys", label: "API Keys" }]}
        title={name}
        name={`API key ${name}`}
        eyebrow={<span className="text-muted text-xs">API key</span>}
      >
        <div className="px-4 py-4">
          <KeyView keyId={keyId} />
        </div>
      </DetailPage>
    </KeyActionsProvider>
  );
}
