// The second verifier's own writer of canonical bytes, from docs/evidence-format.md alone, and its one way to say no.

/** §1, and a refusal of everything §1 does not list. */
export function canonical(value: unknown): string {
  if (typeof value === "boolean") return `${value}`;
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    must(Number.isInteger(value) && Math.abs(value) < 2 ** 53);
    return value === 0 ? "0" : value.toFixed(0);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  must(typeof value === "object" && value !== null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${quoted(name)}:${canonical(member)}`).join()}}`;
}

/** What is looked at does not hold. */
export class Wrong extends Error {}

export function must(holds: boolean): asserts holds {
  if (!holds) throw new Wrong();
}

function quoted(text: string): string {
  const escapes: { [char: string]: string } = {
    ...{ '"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" },
  };
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    must(code !== 0 && !(code >= 0xd800 && code <= 0xdfff));
    out += escapes[char] ?? (code < 32 ? `\\u${code.toString(16).padStart(4, "0")}` : char);
  }
  return `"${out}"`;
}
