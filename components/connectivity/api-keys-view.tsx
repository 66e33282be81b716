"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAddress } from "@/components/data/address";
import { DataTable } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import type { FilterDef } from "@/components/data/filter-value";
import { words } from "@/components/data/format";
import { ListView } from "@/components/data/query-view";
import { SidePanel } from "@/components/data/side-panel";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { Button } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { keyStates, listApiKeys } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";
import { keyColumns } from "./key-columns";
import { type KeyActions, KeyActionsProvider } from "./key-server-actions";
import { keyHref, keyListParams, keyListQuery } from "./search-params";
import { useKey } from "./use-key";

// Loaded when one is opened.
const NewKeyDialog = onDemand(async () => (await import("./key-dialogs")).NewKeyDialog);
const KeyView = onDemand(async () => (await import("./key-view")).KeyView);

const parts: readonly StripPart[] = [
  { key: "total", label: "Keys" },
  { key: "active", label: "Active" },
  { key: "expiring", label: "Expire within 7 days", tone: "review" },
  { key: "expired", label: "Expired" },
  { key: "revoked", label: "Revoked" },
  { key: "frozen", label: "Frozen", tone: "deny" },
];

const filters: readonly FilterDef[] = [
  { key: "status", label: "Status", single: true, options: keyStates.map((value) => ({ value, label: words(value) })) },
];

/** Connectivity › API Keys: who may speak to the gate, and how that ends. */
export function ApiKeysView({ actions }: { actions: KeyActions }) {
  const [{ open }, setParams] = useAddress(keyListParams);
  const [isMaking, setIsMaking] = useState(false);
  const newKey = <NewKeyButton onOpen={() => setIsMaking(true)} />;
  return (
    <KeyActionsProvider actions={actions}>
      <TopicPage
        topic="CON-API-KEYS"
        actions={newKey}
        aside={!open ? null : <KeyPanel keyId={open} onClose={() => setParams({ open: null })} />}
      >
        <TopicStrip topic="connectivity/api-keys" parts={parts} />
        <Keys newKey={newKey} />
      </TopicPage>
      {isMaking ? <NewKeyDialog onClose={() => setIsMaking(false)} /> : null}
    </KeyActionsProvider>
  );
}

function NewKeyButton({ onOpen }: { onOpen: () => void }) {
  if (!useMay("keys:manage")) return null;
  return (
    <Button size="small" variant="primary" icon={<Plus />} onClick={onOpen}>
      New key
    </Button>
  );
}

function KeyPanel({ keyId, onClose }: { keyId: string; onClose: () => void }) {
  const title = useKey(keyId).data?.entity.name ?? "API key";
  return (
    <SidePanel title={title} href={keyHref(keyId)} onClose={onClose}>
      <KeyView key={keyId} keyId={keyId} />
    </SidePanel>
  );
}

function Keys({ newKey }: { newKey: ReactNode }) {
  const [params, setParams] = useAddress(keyListParams);
  const list = useInfiniteQuery(api.pages(listApiKeys, { query: keyListQuery(params) }));
  const value = filterOf(filters, params);
  return (
    <>
      <FilterBar
        filters={filters}
        value={value}
        onChange={(next) => setParams(paramsOf(filters, keyListParams, next))}
        placeholder="Filter: status:active"
      />
      <ListView
        list={list}
        isFiltered={params.status !== null}
        onClear={() => setParams({ status: null })}
        columns={keyColumns.length}
        firstUse={<NoKeys newKey={newKey} />}
        table={(rows, total, more) => (
          <DataTable
            label="API keys"
            columns={keyColumns}
            rows={rows}
            rowId={(key) => key.key_id}
            rowHref={(key) => keyHref(key.key_id)}
            onOpen={(key) => setParams({ open: key.key_id })}
            openId={params.open}
            sort={params.sort}
            onSort={(sort) => setParams({ sort: keyListParams.sort.parse(sort) })}
            total={total}
            more={more}
          />
        )}
      />
    </>
  );
}

function NoKeys({ newKey }: { newKey: ReactNode }) {
  return (
    <EmptyState title="There is no key yet" action={newKey}>
      A program needs one to start runs and to ask before its steps.
    </EmptyState>
  );
}
