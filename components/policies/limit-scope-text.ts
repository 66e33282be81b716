import { plural } from "@/components/data/format";
import { limitScopeWords } from "@/components/policies/policy-words";
import type { Limit } from "@/server/policies/wire";

/** "The whole tenant", "Each agent", "agent research-scout", "3 agents". */
export function limitScopeText({ scope: { type, ids } }: Pick<Limit, "scope">): string {
  if (ids.length === 0 || type === "tenant") return limitScopeWords[type].label;
  const noun = limitScopeWords[type].label.replace(/^Each /, "");
  const [only] = ids;
  return ids.length === 1 && only !== undefined && type !== "api_key" ? `${noun} ${only}` : plural(ids.length, noun);
}
