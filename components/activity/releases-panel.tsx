"use client";

import { useActorName } from "@/components/account/use-actor-names";
import { count, plural } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Mark } from "@/components/ui/mark";
import type { RunRelease } from "@/server/activity/contract";
import { releaseWords } from "./run-words";

/** Who let a pause of the run go on or denied it, when, and why. */
export function ReleasesPanel(props: Omit<ReleasesProps, "nameOf">) {
  const nameOf = useActorName();
  return <Releases {...props} nameOf={nameOf} />;
}

interface ReleasesProps {
  /** The newest, oldest first. */
  releases: readonly RunRelease[];
  /** Of these and of earlier ones. */
  total: number;
  nameOf: (actor: string) => string;
}

export function Releases({ releases, total, nameOf }: ReleasesProps) {
  if (releases.length === 0) return null;
  const earlier = total - releases.length;
  return (
    <section aria-label="Decisions about its pauses" className="flex min-w-0 flex-col gap-1">
      <h2 className="text-muted text-xs">Decisions about its pauses</h2>
      <ul className="flex flex-col gap-1">
        {earlier > 0 ? (
          <li className="text-muted">
            {plural(earlier, "earlier one")} of {count(total)}, which the timelines of its incidents tell
          </li>
        ) : null}
        {releases.map(({ decision, reason, by, at }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may share a millisecond; none is ever taken out or moved.
          <li key={earlier + index} className="flex min-w-0 flex-wrap items-center gap-x-2">
            <Mark tone={decision === "approve" ? "allow" : "deny"} quiet>
              <span className="text-sm">{releaseWords[decision]}</span>
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
