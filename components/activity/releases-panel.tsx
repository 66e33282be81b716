"use client";

import { useActorName } from "@/components/account/use-actor-names";
import { Time } from "@/components/data/time";
import { Mark } from "@/components/ui/mark";
import type { RunRelease } from "@/server/activity/contract";
import { releaseWords } from "./run-words";

/** Who let a pause of the run go on or denied it, when, and why. */
export function ReleasesPanel({ releases }: { releases: readonly RunRelease[] }) {
  const nameOf = useActorName();
  return <Releases releases={releases} nameOf={nameOf} />;
}

interface ReleasesProps {
  /** Oldest first. */
  releases: readonly RunRelease[];
  nameOf: (actor: string) => string;
}

export function Releases({ releases, nameOf }: ReleasesProps) {
  if (releases.length === 0) return null;
  return (
    <section aria-label="Decisions about its pauses" className="flex min-w-0 flex-col gap-1">
      <h2 className="text-muted text-xs">Decisions about its pauses</h2>
      <ul className="flex flex-col gap-1">
        {releases.map(({ decision, reason, by, at }) => (
          <li key={at} className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <Mark tone={decision === "approve" ? "allow" : "deny"} quiet>
              {releaseWords[decision]}
            </Mark>
            <span>
              by {nameOf(by)}, <Time at={at} mode="exact" />
            </span>
            {reason === null ? null : (
              <span className="min-w-0 whitespace-pre-wrap break-words border-l-2 pl-2 text-muted">{reason}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
