"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Snowflake } from "lucide-react";
import { useState } from "react";
import { useAddress } from "@/components/data/address";
import { ListView } from "@/components/data/query-view";
import { FreezeItem } from "@/components/policies/freeze-item";
import { freezeParams, freezeQuery } from "@/components/policies/search-params";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { usePolicyPalette } from "@/components/policies/use-policy-palette";
import { DetailPage } from "@/components/shell/detail-page";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { listFreezes } from "@/server/gate/freeze-contract";
import { api } from "@/server/platform/http/client";

// Loaded when one is opened.
const FreezeDialog = onDemand(async () => (await import("@/components/policies/freeze-dialog")).FreezeDialog);

/** The kill-switches: what is frozen now, and what was. */
export function FreezesView({ actions }: { actions: PolicyActions }) {
  usePolicyPalette();
  const [isOpen, setIsOpen] = useState(false);
  const mayOverride = useMay("policies:override");
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage
        crumbs={[{ label: "Policies" }, { href: "/policies/active", label: "Active" }, { label: "Freezes" }]}
        title="Freezes"
        actions={
          mayOverride ? (
            <Button variant="danger" icon={<Snowflake aria-hidden />} onClick={() => setIsOpen(true)}>
              Freeze something
            </Button>
          ) : null
        }
      >
        <div className="max-w-4xl p-4">
          <p className="mb-3 text-muted">The kill-switch: what is frozen starts nothing, and its live runs end.</p>
          <Freezes />
        </div>
      </DetailPage>
      {isOpen ? <FreezeDialog onClose={() => setIsOpen(false)} /> : null}
    </PolicyActionsProvider>
  );
}

function Freezes() {
  const [params, setParams] = useAddress(freezeParams);
  const list = useInfiniteQuery(api.pages(listFreezes, { query: freezeQuery(params) }));
  const isFiltered = params.lifted !== null || params.type !== null;
  return (
    <>
      <StateTabs lifted={params.lifted} onChange={(lifted) => setParams({ lifted })} />
      <ListView
        list={list}
        isFiltered={isFiltered}
        onClear={() => setParams({ lifted: null, type: null })}
        firstUse={
          <EmptyState title="Nothing was ever frozen">
            In an emergency, freeze an agent, an API key, a run or the whole tenant. It takes effect on every instance
            within a second, and the proof of stop is kept.
          </EmptyState>
        }
        table={(rows, _total, more) => (
          <>
            <ul className="border-t">
              {rows.map((freeze) => (
                <FreezeItem key={freeze.freeze_id} freeze={freeze} />
              ))}
            </ul>
            {more.hasMore ? (
              <Button className="mt-3" variant="quiet" pending={more.loading} onClick={more.load}>
                Older freezes
              </Button>
            ) : null}
          </>
        )}
      />
    </>
  );
}

const states = [
  { label: "All", lifted: null },
  { label: "Frozen now", lifted: false },
  { label: "Lifted", lifted: true },
] as const;

function StateTabs({ lifted, onChange }: { lifted: boolean | null; onChange: (lifted: boolean | null) => void }) {
  return (
    <fieldset className="mb-3 flex gap-1">
      <legend className="sr-only">Which freezes</legend>
      {states.map((state) => (
        <Button
          key={state.label}
          size="small"
          variant={lifted === state.lifted ? "secondary" : "quiet"}
          aria-pressed={lifted === state.lifted}
          onClick={() => onChange(state.lifted)}
        >
          {state.label}
        </Button>
      ))}
    </fieldset>
  );
}
