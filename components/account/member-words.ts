import type { Tone } from "@/components/ui/mark";
import type { Role } from "@/db/vocabulary";
import type { Member } from "@/server/account/wire";

/** What each role is for, shown wherever one is chosen. */
export const roleWords: Readonly<Record<Role, string>> = {
  owner: "Everything, also roles of others and the end of the tenant",
  admin: "Policies, keys, members, approvals and overrides",
  member: "Runs, incidents and proposals; no policies, keys or members",
  viewer: "Looks, and changes nothing",
  auditor: "Reads everything with the audit log, makes and reviews evidence, changes nothing",
};

export const statusTone: Readonly<Record<Member["status"], Tone>> = {
  active: "allow",
  suspended: "deny",
  invited: "info",
  expired: "neutral",
};
