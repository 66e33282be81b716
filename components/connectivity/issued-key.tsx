"use client";

import type { ReactNode } from "react";
import { CodeBlock } from "@/components/data/code-block";
import { Callout } from "@/components/ui/callout";
import type { IssuedApiKey } from "@/server/connectivity/contract";

/** A key that was just made, with the secret that is shown this once. `next`: what to do afterwards. */
export function IssuedKey({ issued, next }: { issued: IssuedApiKey; next: ReactNode }) {
  return (
    <div className="flex flex-col gap-4">
      <Callout tone="review" title="Copy the key now: it is shown this once">
        Only its hash is stored. If it is lost, rotate it; nobody can read it again.
      </Callout>
      <CodeBlock label={`API key ${issued.name}`} code={issued.key} />
      <div className="flex justify-end gap-2">{next}</div>
    </div>
  );
}
