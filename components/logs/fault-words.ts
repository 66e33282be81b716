import type { AuditFault } from "@/server/logs/contract";

/** What each kind of fault means, as a sentence. */
export const faultWords: Readonly<Record<AuditFault, string>> = {
  hash: "the entry does not have the hash it was written with.",
  mac: "the entry was not written by this installation.",
  after_hash: "the state it says it left is not the one it hashed.",
  chain: "its number does not follow from the entries before it.",
  gap: "the number before it, or its leaf, is missing.",
  leaf: "its leaf in the log says something else.",
  missing: "an entry that has a number is gone.",
  entity_changed: "something was changed past the log.",
  entity_unaudited: "something exists that no entry speaks of.",
};
