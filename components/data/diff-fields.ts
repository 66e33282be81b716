// What changed between two states of a thing, field by field. Objects are gone into; lists are compared as wholes.

export interface FieldChange {
  /** `scope.type`; "" for the value itself. */
  field: string;
  kind: "added" | "removed" | "changed" | "same";
  before: unknown;
  after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** All leaf fields of both, in the order of `after` and then of what is only in `before`. */
export function fieldChanges(before: Fields | null, after: Fields | null): FieldChange[] {
  const old = leaves(before ?? {});
  const now = leaves(after ?? {});
  const names = [...new Set([...now.keys(), ...old.keys()])];
  return names.map((field) => {
    const was = old.has(field);
    const is = now.has(field);
    const kind = was && is ? (isSame(old.get(field), now.get(field)) ? "same" : "changed") : is ? "added" : "removed";
    return { field, kind, before: old.get(field), after: now.get(field) };
  });
}

function leaves(value: Fields, prefix = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    if (!isPlain(inner) || Object.keys(inner).length === 0) found.set(path, inner);
    else for (const [deeper, leaf] of leaves(inner, `${path}.`)) found.set(deeper, leaf);
  }
  return found;
}

function isPlain(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Both come from JSON; the order of an object's fields says nothing.
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
