// Every way to change one place of a JSON value: another value, a member or item less, one more, two in each other's place.

export type Forgery = { readonly where: string; readonly forged: unknown };

/** All changes of one place; each is a copy of its own. */
export function forgeriesOf(value: unknown, where = "file"): Forgery[] {
  if (Array.isArray(value)) return ofArray(value, where);
  if (typeof value === "object" && value !== null) return ofObject(Object.entries(value), where);
  return changed(value).map((forged) => ({ where, forged }));
}

function ofArray(items: readonly unknown[], where: string): Forgery[] {
  const inside = items.flatMap((item, at) =>
    forgeriesOf(item, `${where}[${at}]`).map(({ where: place, forged }) => ({
      where: place,
      forged: items.with(at, forged),
    })),
  );
  const moved = items.flatMap((item, at) => [
    { where: `${where}[${at}] dropped`, forged: items.toSpliced(at, 1) },
    { where: `${where}[${at}] doubled`, forged: items.toSpliced(at, 0, item) },
    ...(at > 0 ? [{ where: `${where}[${at}] swapped`, forged: items.with(at, items[at - 1]).with(at - 1, item) }] : []),
  ]);
  return [...inside, ...moved, { where: `${where} lengthened`, forged: [...items, "forged"] }];
}

function ofObject(members: readonly [string, unknown][], where: string): Forgery[] {
  const whole = Object.fromEntries(members);
  const inside = members.flatMap(([name, member]) =>
    forgeriesOf(member, `${where}.${name}`).map(({ where: place, forged }) => ({
      where: place,
      forged: { ...whole, [name]: forged },
    })),
  );
  const dropped = members.map(([name]) => ({
    where: `${where}.${name} dropped`,
    forged: Object.fromEntries(members.filter(([other]) => other !== name)),
  }));
  return [...inside, ...dropped, { where: `${where} with a member more`, forged: { ...whole, forged: true } }];
}

function changed(value: unknown): unknown[] {
  switch (typeof value) {
    case "boolean":
      return [!value, null];
    case "number":
      return [value + 1, value - 1, String(value)];
    case "string":
      return [`${value}x`, value.slice(1), oneCharacter(value), null].filter((forged) => forged !== value);
    default:
      return ["forged", 0, {}];
  }
}

// In the middle, another character of the same kind: hashes stay hashes and instants stay instants.
function oneCharacter(text: string): string {
  const at = text.length >> 1;
  const next = text[at] === "a" || text[at] === "1" ? "2" : "1";
  return text.slice(0, at) + next + text.slice(at + 1);
}
