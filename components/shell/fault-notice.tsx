"use client";

// What is seen instead of a page: the database is away, which passes by itself, or something failed that nobody expected.

import { RotateCw } from "lucide-react";
import { useEffect } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy";
import { awayDigest } from "./fault-digest";

const LOOK_MS = 3_000;
const LOOK_S = LOOK_MS / 1_000;

/** `again` draws the page anew; by default, all of it. `address` is where a browser without scripts goes again. */
export function AwayNotice({ again = reload, address }: { again?: () => void; address?: string }) {
  useReturn(again);
  return (
    <div className="flex flex-col items-start gap-4">
      <Callout tone="review" title="Nothing is lost, and nothing gets past the gate">
        What was recorded stays recorded. Until the database is back the gate refuses every step (it fails closed):
        agents get 503 and wait.
      </Callout>
      <p className="text-muted">
        We look again every {LOOK_S} seconds, and this page then comes back by itself. If it lasts, look at the database
        that this server uses, and at the server&rsquo;s log.
      </p>
      {address === undefined ? (
        <Button icon={<RotateCw />} onClick={again}>
          Try now
        </Button>
      ) : (
        <a href={address} className={buttonClass({})}>
          <RotateCw aria-hidden />
          Try now
        </a>
      )}
      <noscript>
        <meta httpEquiv="refresh" content={String(LOOK_S)} />
      </noscript>
    </div>
  );
}

/** `reference` is what the server's log calls it; a fault of the browser's has none. */
export function FailedNotice({ reference, again = reload }: { reference?: string | undefined; again?: () => void }) {
  return (
    <div className="flex flex-col items-start gap-4">
      <Callout tone="error" title="Nothing was changed by it">
        What the server holds is as it was.
        {reference === undefined ? null : (
          <span className="mt-1 flex items-center gap-1">
            <span className="min-w-0">
              The server&rsquo;s log has it under <code className="break-all text-ink">{reference}</code>
            </span>
            <CopyButton value={reference} label="Copy the reference" />
          </span>
        )}
      </Callout>
      <Button icon={<RotateCw />} onClick={again}>
        Try again
      </Button>
    </div>
  );
}

export const awayTitle = "The database does not answer";
export const failedTitle = "This page failed";

/** What a page threw, as an error boundary gets it. */
export function isAwayFault(error: unknown): boolean {
  return digestOf(error) === awayDigest;
}

/** One of the two, for an error boundary. */
export function FaultNotice({ error, again }: { error: unknown; again: () => void }) {
  return isAwayFault(error) ? <AwayNotice again={again} /> : <FailedNotice reference={digestOf(error)} again={again} />;
}

function digestOf(error: unknown): string | undefined {
  const { digest }: { digest?: unknown } = Object(error);
  return typeof digest === "string" ? digest : undefined;
}

function reload(): void {
  window.location.reload();
}

/** Asks the server until its database answers. */
function useReturn(again: () => void): void {
  useEffect(() => {
    const timer = setInterval(async () => {
      const answer = await fetch("/api/health", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) again();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [again]);
}
