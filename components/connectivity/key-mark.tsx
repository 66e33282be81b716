import { Snowflake } from "lucide-react";
import { words } from "@/components/data/format";
import { Mark } from "@/components/ui/mark";
import type { ApiKey } from "@/server/connectivity/contract";

/** What a key can do now: a freeze comes before what its row says. */
export function KeyMark({ apiKey }: { apiKey: Pick<ApiKey, "status" | "frozen" | "replaced_by"> }) {
  if (apiKey.frozen && apiKey.status === "active") {
    return (
      <Mark tone="deny" icon={<Snowflake aria-hidden />}>
        Frozen
      </Mark>
    );
  }
  if (apiKey.status === "active" && apiKey.replaced_by !== null)
    return <Mark tone="review">Replaced, still works</Mark>;
  return (
    <Mark tone={apiKey.status === "active" ? "allow" : "neutral"} quiet>
      {words(apiKey.status)}
    </Mark>
  );
}
