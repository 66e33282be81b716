// PostgreSQL's text form of one-dimensional arrays. The driver would learn the array types by a query of its own with each
// new connection, and a connection that breaks just then is an error that nobody can catch.

/** Oids of array types and how their elements read. */
const elements: [oid: number, read: (text: string) => unknown][] = [
  [1000, (text) => text === "t"],
  ...[1003, 1009, 1015, 2951].map((oid): [number, (text: string) => unknown] => [oid, (text) => text]),
  ...[1005, 1007, 1016, 1022].map((oid): [number, (text: string) => unknown] => [oid, Number]),
  [1185, (text) => new Date(text)],
];

type ArrayType = { to: number; from: number[]; serialize(value: unknown): string; parse(text: string): unknown[] };

/** name, text, varchar, uuid, bool, int2, int4, int8, float8 and timestamptz arrays, as the driver's `types` wants them. */
export const arrayTypes: Readonly<Record<string, ArrayType>> = Object.fromEntries(
  elements.map(([oid, read]) => [
    `array${oid}`,
    { to: oid, from: [oid], serialize: writeArray, parse: (text: string) => readArray(text, read) },
  ]),
);

/** An array as a literal; text is one already (drizzle writes its own). */
export function writeArray(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw new TypeError("an array parameter must be an array");
  return `{${value.map(writeElement).join(",")}}`;
}

function writeElement(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The elements of a literal without nesting; NULL is null. */
export function readArray(text: string, read: (text: string) => unknown): unknown[] {
  const parts = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/gs);
  return [...parts].map(([bare, quoted]) => {
    if (quoted !== undefined) return read(quoted.replace(/\\(.)/gs, "$1"));
    return bare === "NULL" ? null : read(bare);
  });
}
