import { Callout } from "@/components/ui/callout";
import type { Degraded } from "@/server/overview/contract";

/** Names the parts that could not be read. What the viewer may not read is no failure and is only shown as unknown. */
export function DegradedNote({ degraded }: Readonly<{ degraded: readonly Degraded[] }>) {
  const failed = degraded.filter(({ why }) => why === "failed").map(({ part }) => part);
  if (failed.length === 0) return null;
  return (
    <Callout tone="error" title="Not everything could be read">
      Unknown for the moment: {failed.join(", ")}. The rest is up to date; this page tries again by itself.
    </Callout>
  );
}
