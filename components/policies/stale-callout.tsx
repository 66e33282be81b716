"use client";

import type { ReactNode } from "react";
import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { Time } from "@/components/data/time";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Skeleton } from "@/components/ui/skeleton";

interface StaleCalloutProps {
  what: "rule" | "limit";
  /** The version the edit began from. */
  from: number;
  /** What is stored now; null until it is read. */
  now: { version: number; updated_by: string; updated_at: string } | null;
  /** What changed between the two. */
  children: ReactNode;
}

/** Somebody was faster: who, what they did, and the way to save all the same. Stands within the form. */
export function StaleCallout({ what, from, now, children }: StaleCalloutProps) {
  const nameOf = useActorName();
  return (
    <div role="alert">
      <Callout tone="review" title={`Somebody changed this ${what} while you were editing it`}>
        {now === null ? (
          <Skeleton className="h-16 w-full" />
        ) : (
          <>
            <p className="mb-2">
              {capitalised(nameOf(now.updated_by))} made version {now.version} <Time at={now.updated_at} />. You began
              from version {from}. What you typed is still here.
            </p>
            {children}
            <div className="mt-2">
              <Button size="small" type="submit" name="version" value={now.version}>
                Save mine over version {now.version}
              </Button>
            </div>
          </>
        )}
      </Callout>
    </div>
  );
}
