// What the browser gets instead of zod. Contracts are loaded there for their ids, paths and methods; schemas are checked by
// the server, at the boundary. Building one gives nothing; using one is a mistake and says so.

const using = new Set<PropertyKey>(["parse", "safeParse", "parseAsync", "safeParseAsync", "options", "def", "_zod"]);

const nothing: object = /* @__PURE__ */ new Proxy(() => nothing, {
  get: (_target, name) => {
    if (name === Symbol.hasInstance) return () => false;
    if (using.has(name))
      throw new Error(`a schema's ${String(name)} was used in the browser: ask the server, or db/vocabulary.ts`);
    return typeof name === "symbol" ? undefined : nothing;
  },
  apply: () => nothing,
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
});

/** @public */
export const z = nothing;
