// Which reads become stale by what happens in the tenant: by the family of an event's topic, the domains whose operations
// are read anew. An operation's domain is what stands before the dot of its id.

import type { EventTopic } from "@/db/vocabulary";

type Family = EventTopic extends `${infer F}.${string}` ? F : never;

const staleBy: Readonly<Record<Family, readonly string[]>> = {
  run: ["activity", "gate", "logs", "overview"],
  step: ["gate"],
  signal: ["activity", "gate", "overview"],
  incident: ["incidents", "activity", "overview"],
  limit: ["policies", "overview"],
  policy: ["policies", "overview"],
  prices: ["policies"],
  export: ["exports"],
};

/** Whether the answer of this operation may have changed by an event of this topic. */
export function isStaleBy(topic: EventTopic, endpointId: string): boolean {
  const [family] = topic.split(".");
  const [domain] = endpointId.split(".");
  return Object.entries(staleBy).some(([name, domains]) => name === family && domains.includes(domain ?? ""));
}

/** For the test that holds the table against the registry. */
export const refreshedDomains: readonly string[] = [...new Set(Object.values(staleBy).flat())];
