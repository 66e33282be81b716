// What stands behind the question mark of an address, as values: read the same way by the page and by its view. What is
// absent, and what a parameter does not take, is null or the parameter's default.

export interface Param<T, Absent = T | null> {
  /** Null: it does not take this. */
  parse(text: string): T | null;
  read(text: string | null): T | Absent;
  /** As it stands in the address; null where it is left out. */
  write(value: T): string | null;
}

interface OptionalParam<T> extends Param<T, null> {
  withDefault(fallback: T): Param<T, T>;
}

export type Params = Readonly<Record<string, Param<unknown, unknown>>>;
export type Values<P extends Params> = { [K in keyof P]: ReturnType<P[K]["read"]> };
/** Null takes a parameter out of the address; what is not named stays. */
export type Changes<P extends Params> = { [K in keyof P]?: ReturnType<P[K]["parse"]> };

function param<T>(parse: (text: string) => T | null, write: (value: T) => string): OptionalParam<T> {
  return {
    parse,
    write,
    read: (text) => (text === null ? null : parse(text)),
    withDefault: (fallback) => ({
      parse,
      read: (text) => (text === null ? null : parse(text)) ?? fallback,
      write: (value) => (write(value) === write(fallback) ? null : write(value)),
    }),
  };
}

export const asText = param<string>(
  (text) => text,
  (value) => value,
);

export const asBoolean = param<boolean>((text) => (text === "true" ? true : text === "false" ? false : null), String);

export function asOneOf<const V extends string>(values: readonly V[]): OptionalParam<V> {
  return param<V>((text) => values.find((value) => value === text) ?? null, String);
}

/** Separated by commas; a comma within one is written as `%2C`. What an item does not take is left out. */
export function asListOf<T>(item: Param<T>): OptionalParam<T[]> {
  return param<T[]>(
    (text) => (text === "" ? [] : text.split(",")).flatMap((part) => item.parse(part.replaceAll("%2C", ",")) ?? []),
    (values) => values.map((value) => (item.write(value) ?? "").replaceAll(",", "%2C")).join(","),
  );
}

export function valuesIn<P extends Params>(params: P, search: URLSearchParams): Values<P> {
  return typed(Object.fromEntries(Object.entries(params).map(([name, one]) => [name, one.read(search.get(name))])));
}

// Each value was read by the parameter of its own name.
function typed<T>(entries: Record<string, unknown>): T {
  return entries as T;
}

/** The search with these parameters changed; the others stay as they are. */
export function changedSearch<P extends Params>(search: string, params: P, changes: Changes<P>): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    const text = value === null || value === undefined ? null : (params[name]?.write(value) ?? null);
    if (value === undefined) continue;
    if (text === null) next.delete(name);
    else next.set(name, text);
  }
  // Addresses are read by people, too: what needs no escape has none.
  return next.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** For a page: its parameters out of its address. */
export async function readAddress<P extends Params>(params: P, searchParams: SearchParams): Promise<Values<P>> {
  const given = Object.entries(await searchParams).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, first]];
  });
  return valuesIn(params, new URLSearchParams(given));
}
