import type { EventTopic } from "@/db/vocabulary";
import type { Permission } from "@/server/platform/auth/principal";

type Family = EventTopic extends `${infer F}.${string}` ? F : never;

/** What one must be allowed to read to be told of a topic: the same as for reading what it is about. */
const permissions: Readonly<Record<Family, Permission>> = {
  run: "runs:read",
  step: "runs:read",
  signal: "runs:read",
  incident: "incidents:read",
  limit: "policies:read",
  policy: "policies:read",
  prices: "policies:read",
  export: "exports:read",
};

export function permissionOf(topic: EventTopic): Permission {
  return permissions[familyOf(topic)];
}

// A topic is its family, a dot and what happened.
function familyOf(topic: EventTopic): Family {
  return topic.slice(0, topic.indexOf(".")) as Family;
}
