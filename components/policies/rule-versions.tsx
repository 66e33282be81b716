"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useActorName } from "@/components/account/use-actor-names";
import { Diff } from "@/components/data/diff";
import { words } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { Timeline, type TimelineItem } from "@/components/data/timeline";
import { wordedDefinition } from "@/components/policies/definition-words";
import { versionsQuery } from "@/components/policies/policy-queries";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { api } from "@/server/platform/http/client";
import { listVersions } from "@/server/policies/contract";
import type { PolicyVersion } from "@/server/policies/wire";

/** Every version, newest first, each with what it changed. */
export function RuleVersions({ policyId }: { policyId: string }) {
  const list = useInfiniteQuery(api.pages(listVersions, versionsQuery(policyId)));
  const nameOf = useActorName();
  const versions = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Versions">
      {list.isPending ? <Skeleton className="h-24 w-full" /> : null}
      {list.error && list.data === undefined ? <Failed error={list.error} retry={() => void list.refetch()} /> : null}
      <Timeline items={versions.map((version, at) => itemOf(version, versions[at + 1], nameOf))} />
      {list.hasNextPage ? (
        <Button
          size="small"
          variant="quiet"
          pending={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Older versions
        </Button>
      ) : null}
    </Section>
  );
}

const changes: Readonly<Record<PolicyVersion["change"], string>> = {
  created: "created",
  changed: "changed",
  retired: "retired",
  scopes_changed: "scopes changed",
  precedence_changed: "precedence changed",
};

function itemOf(
  version: PolicyVersion,
  before: PolicyVersion | undefined,
  nameOf: (actor: string) => string,
): TimelineItem {
  return {
    id: String(version.version),
    at: version.created_at,
    tone: version.integrity.status === "FAILED" ? "critical" : version.change === "retired" ? "neutral" : "accent",
    title: `Version ${version.version} ${changes[version.change]}`,
    by: `by ${nameOf(version.created_by)}`,
    body: <VersionBody version={version} before={before} />,
  };
}

function VersionBody({ version, before }: { version: PolicyVersion; before: PolicyVersion | undefined }) {
  const isBroken = version.integrity.status !== "VERIFIED";
  return (
    <>
      {isBroken ? (
        <p className="text-tone-critical">{words(version.integrity.status)}: its hash does not match.</p>
      ) : null}
      {before === undefined ? null : (
        <div className="mt-1 text-ink">
          <Diff before={wordedDefinition(before.definition)} after={wordedDefinition(version.definition)} />
        </div>
      )}
    </>
  );
}
