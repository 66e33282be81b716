"use client";

import { RotateCw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";

/** `digest` is what the server's log calls it; a fault of the browser's has none. */
export default function ConsoleError({
  error,
  reset,
}: Readonly<{ error: Error & { digest?: string }; reset(): void }>) {
  return (
    <div role="alert" className="flex max-w-xl flex-col items-start gap-4 p-4">
      <h1 className="font-semibold text-xl">This page failed</h1>
      <Callout tone="error" title="Nothing was changed by it">
        What the server holds is as it was.
        {error.digest === undefined ? null : (
          <>
            {" "}
            The server&rsquo;s log has it under <code>{error.digest}</code>.
          </>
        )}
      </Callout>
      <Button icon={<RotateCw />} onClick={reset}>
        Try again
      </Button>
    </div>
  );
}
