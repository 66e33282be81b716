const home = Symbol.for("holdpoint");

/** The process-wide value of that name, made at its first use: Next's bundle and the server's share it. */
export function once<T>(name: string, make: () => T): T {
  const root = globalThis as { [home]?: Map<string, unknown> };
  root[home] ??= new Map();
  const values = root[home];
  if (!values.has(name)) values.set(name, make());
  return kept<T>(values.get(name));
}

// The map holds values of many types; a name is used by one module only, which is what makes this cast right.
function kept<T>(value: unknown): T {
  return value as T;
}
