// Who did something, in words. Pure: names are given.

export interface Actor {
  actor_type: string;
  actor_id: string;
}

export interface Known {
  /** Whoever is signed in. */
  selfId: string;
  /** By user id. */
  members: ReadonlyMap<string, string>;
  /** By key id. */
  keys: ReadonlyMap<string, string>;
}

/** Of the lists of members and keys: what a page reads ahead for the names it shows. */
export const namesInput = { query: { page_size: 100 } } as const;

/** Of `user:<id>`, `key:<id>`, `system:<component>` or `role:<role>`. */
export function actorIn(text: string): Actor {
  const at = text.indexOf(":");
  return at < 0 ? { actor_type: "", actor_id: text } : { actor_type: text.slice(0, at), actor_id: text.slice(at + 1) };
}

/** "you", a member's name, "API key “runner”", "Holdpoint (sweeper)". Somebody unknown is a member who has left. */
export function actorName(actor: Actor | string, known: Known): string {
  const { actor_type, actor_id } = typeof actor === "string" ? actorIn(actor) : actor;
  switch (actor_type) {
    case "user":
      return actor_id === known.selfId ? "you" : (known.members.get(actor_id) ?? `member ${tail(actor_id)}`);
    case "key":
      return `API key ${quoted(known.keys.get(actor_id)) ?? `…${tail(actor_id)}`}`;
    case "system":
      return `Holdpoint (${actor_id})`;
    case "role":
      return `every ${actor_id}`;
    default:
      return actor_id;
  }
}

/** At the start of a sentence or of a cell. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// The ids are UUIDs of version 7: their beginnings are times, and alike for what was made together.
function tail(id: string): string {
  return id.slice(-6);
}

function quoted(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `“${name}”`;
}
