"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { words } from "@/components/data/format";
import { JsonView } from "@/components/data/json-view";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { policyHref } from "@/components/policies/rule-href";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import { SkeletonRows } from "@/components/ui/skeleton";
import { api } from "@/server/platform/http/client";
import { getSnapshot } from "@/server/policies/contract";
import type { PolicySnapshotDetail } from "@/server/policies/wire";
import { type FrozenPolicies, frozenPolicies, type Winner } from "./frozen-policies";
import { amountOf, bareAmountOf, metricName } from "./metric-words";

/** What was frozen when the run started: what applied, what won, what lost and why. */
export function PoliciesPanel({ snapshotId }: { snapshotId: string | null }) {
  const query = useQuery({
    ...api.query(getSnapshot, { params: { snapshot_id: snapshotId ?? "" } }),
    enabled: snapshotId !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (snapshotId === null)
    return <p className="py-6 text-muted">The run was refused before its policies were frozen.</p>;
  return (
    <QueryView query={query} skeleton={<SkeletonRows rows={6} columns={4} />}>
      {({ entity }) => <Snapshot snapshot={entity} />}
    </QueryView>
  );
}

function Snapshot({ snapshot }: { snapshot: PolicySnapshotDetail }) {
  const frozen = frozenPolicies(snapshot);
  const { status } = snapshot.integrity;
  return (
    <div className="@container flex min-w-0 flex-col gap-6">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <Mark tone={status === "VERIFIED" ? "allow" : "critical"}>{words(status)}</Mark>
        <span>
          Frozen <Time at={snapshot.created_at} mode="exact" />
        </span>
        <Identifier value={snapshot.content_hash} label="Snapshot hash" />
        <span>
          {words(snapshot.strategy)}
          {frozen === null ? "" : ` · engine ${frozen.engine} · prices version ${frozen.pricesVersion ?? "unknown"}`}
        </span>
      </p>
      {frozen === null ? (
        <Callout tone="critical" title="The frozen policies are not there any more" />
      ) : (
        <Frozen frozen={frozen} />
      )}
      <Raw snapshot={snapshot} />
    </div>
  );
}

function Frozen({ frozen }: { frozen: FrozenPolicies }) {
  const { winners, conditions, windows, shadows } = frozen;
  return (
    <>
      {frozen.ambiguity === null ? null : <Callout tone="deny" title={`Ambiguous: ${frozen.ambiguity}`} />}
      {frozen.areDefaults ? (
        <Callout tone="info" title="No rule and no limit applied, so the default thresholds did" />
      ) : null}
      <Part title="What won, and what it won against" isEmpty={winners.length === 0} none="No limit applied.">
        {winners.map((winner) => (
          <WinnerRow key={winner.key} winner={winner} />
        ))}
      </Part>
      <Part title="Conditions, which hold side by side" isEmpty={conditions.length === 0}>
        {conditions.map((rule) => (
          <RuleRow key={rule.policy_id} rule={rule} />
        ))}
      </Part>
      <Part title="Limits over windows, which stay live" isEmpty={windows.length === 0}>
        {windows.map((window) => (
          <WindowRow key={window.limit_id} window={window} />
        ))}
      </Part>
      <Part title="On trial: decided and recorded, never acting" isEmpty={shadows.length === 0}>
        {shadows.map((rule) => (
          <RuleRow key={rule.policy_id} rule={rule} />
        ))}
      </Part>
    </>
  );
}

function RuleRow({ rule }: { rule: FrozenPolicies["rules"][number] }) {
  const { policy_id, name, version, condition, metric, threshold, enforcement } = rule;
  const isMeasured = metric !== undefined && threshold !== undefined;
  return (
    <Row name={name} href={policyHref({ policy_id, limit_id: null })} version={version}>
      {isMeasured ? (
        <span>
          {metricName(metric)}: {amountOf(metric, threshold)}
        </span>
      ) : (
        <code className="break-words text-xs">{condition}</code>
      )}
      <Quiet>{words(enforcement)}</Quiet>
    </Row>
  );
}

function WindowRow({ window: { limit_id, name, limit_type, max_value, enforcement, version } }: WindowRowProps) {
  return (
    <Row name={name} href={policyHref({ policy_id: null, limit_id })} version={version}>
      <span>{amountOf(limit_type, max_value)}</span>
      <Quiet>{words(enforcement)}</Quiet>
    </Row>
  );
}

interface WindowRowProps {
  window: FrozenPolicies["windows"][number];
}

interface PartProps {
  title: string;
  isEmpty: boolean;
  /** Said when it is empty; without it the part is left out. */
  none?: string;
  children: ReactNode;
}

function Part({ title, isEmpty, none, children }: PartProps) {
  if (isEmpty && none === undefined) return null;
  return (
    <section className="min-w-0">
      <h3 className="pb-1 font-medium">{title}</h3>
      {isEmpty ? <p className="text-muted">{none}</p> : <ul>{children}</ul>}
    </section>
  );
}

function WinnerRow({ winner }: { winner: Winner }) {
  const { metric, limit, name, policy_id, limit_id, version, losers, enforcement } = winner;
  const ids = { policy_id: policy_id ?? null, limit_id: limit_id ?? null };
  const isOurs = ids.policy_id === null && ids.limit_id === null;
  return (
    <Row name={name} href={isOurs ? null : policyHref(ids)} version={version ?? null}>
      <span>
        {metricName(metric)}: <span className="tabular-nums">{amountOf(metric, limit)}</span>
      </span>
      <Quiet>{words(enforcement)}</Quiet>
      {losers.length === 0 ? (
        <span className="col-span-full text-faint text-xs">Nothing else limited the same</span>
      ) : (
        <span className="col-span-full text-muted text-xs">
          Won against{" "}
          {losers.map((loser, at) => (
            <span key={loser.policy_id ?? loser.limit_id ?? loser.name}>
              {at === 0 ? "" : "; "}“{loser.name}” with {bareAmountOf(metric, loser.limit)}, which {loser.why}
            </span>
          ))}
          .
        </span>
      )}
    </Row>
  );
}

interface RowProps {
  name: string;
  href: string | null;
  version?: number | null;
  children: ReactNode;
}

function Row({ name, href, version = null, children }: RowProps) {
  return (
    <li className="grid grid-cols-1 items-baseline gap-x-4 gap-y-0.5 border-b py-1.5 last:border-b-0 @xl:grid-cols-[minmax(0,1.1fr)_minmax(0,1.2fr)_minmax(0,1fr)]">
      <span className="min-w-0 truncate">
        {href === null ? (
          name
        ) : (
          <Link className="underline-offset-2 hover:underline" href={href}>
            {name}
          </Link>
        )}
        {version === null ? null : <span className="text-faint text-xs"> v{version}</span>}
      </span>
      {children}
    </li>
  );
}

function Quiet({ children }: { children: ReactNode }) {
  return <span className="text-muted text-xs">{children}</span>;
}

/** The hashed bytes, as JSON; large ones only when they are asked for. */
function Raw({ snapshot }: { snapshot: PolicySnapshotDetail }) {
  const [isShown, setIsShown] = useState(false);
  if (!isShown) {
    return (
      <div>
        <Button size="small" onClick={() => setIsShown(true)}>
          Show the frozen content as JSON
        </Button>
      </div>
    );
  }
  return (
    <div className="grid min-w-0 gap-4 @4xl:grid-cols-2">
      <JsonView value={snapshot.content} label="Snapshot" />
      <JsonView value={snapshot.policy_set} label="Policy set" />
    </div>
  );
}
