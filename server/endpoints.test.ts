// Every operation: named in docs/operations.tsv with its permission, mounted at its address, described by OpenAPI.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { registry } from "@/server/endpoints";
import { keyScopes, permissions, rolePermissions } from "@/server/platform/auth/principal";
import { openApiDocument } from "@/server/platform/http/openapi";
import { allProblems } from "@/server/platform/http/problem";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [head = "", ...lines] = readFileSync(join(root, "docs/operations.tsv"), "utf8").trimEnd().split("\n");
const columns = head.split("\t");
const operations = lines.map((line) => {
  const cells = line.split("\t");
  const cell = (name: string) => cells[columns.indexOf(name)] ?? "";
  return { name: `${cell("method")} ${cell("path")}`, permission: cell("permission"), stage: cell("stage"), cell };
});

const registered = new Map(registry.all.map(({ endpoint }) => [`${endpoint.method} ${endpoint.path}`, endpoint]));
const built = new Set(["2", "3"]);

describe("docs/operations.tsv", () => {
  it("has every operation that is registered, with its permission", () => {
    const wrong = [...registered].flatMap(([name, { permission }]) => {
      const stated = operations.find((operation) => operation.name === name)?.permission;
      return stated === permission ? [] : [`${name}: registered with ${permission}, the table says ${stated}`];
    });
    expect(wrong, "correct the contract, or add the operation to docs/operations.tsv").toEqual([]);
  });

  it("has no operation of this release that is not registered", () => {
    const missing = operations
      .filter(({ stage, name }) => built.has(stage) && !registered.has(name))
      .map(({ name }) => name);
    expect(missing, "write its contract and handler, and add the domain's handlers to server/endpoints.ts").toEqual([]);
  });

  it("is the role matrix", () => {
    const wrong = operations
      .filter(({ cell }) => cell("owner") === "yes" || cell("owner") === "-")
      .flatMap(({ name, permission, cell }) => {
        const known = permissions.find((candidate) => candidate === permission);
        if (!known) return [`${name}: nothing knows ${permission}`];
        const holders = [
          ...roles.filter((role) => rolePermissions[role].has(known)),
          ...(keyScopes.includes(known) ? ["key"] : []),
        ];
        const stated = [...roles, "key"].filter((holder) => cell(holder) === "yes");
        return holders.join() === stated.join() ? [] : [`${name}: held by ${holders}, the table says ${stated}`];
      });
    expect(wrong).toEqual([]);
  });
});

function routeFilesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return routeFilesBelow(path);
    return entry.name === "route.ts" ? [path] : [];
  });
}

function routeFileOf(path: string): string {
  return `app${path.replace(/\{(\w+)\}/g, "[$1]")}/route.ts`;
}

/** The contracts' names in `mount(…)` of a route file. */
function mountedIn(file: string): string[] {
  const [, names = ""] = /\bmount\(([\w,\s]*)\)/.exec(readFileSync(join(root, file), "utf8")) ?? [];
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function idOf(contract: unknown): string | null {
  return typeof contract === "object" && contract !== null && "id" in contract ? String(contract.id) : null;
}

describe("route files", () => {
  const files = routeFilesBelow("app/api").filter((file) => !/\[\.{3}|app\/api\/auth\//.test(file));

  it("there is one for every operation", () => {
    const missing = [...registered]
      .map(([name, { path }]) => ({ name, file: routeFileOf(path) }))
      .filter(({ file }) => !existsSync(join(root, file)))
      .map(({ name, file }) => `${name}: write ${file}`);
    expect(missing).toEqual([]);
  });

  it.each(files)("%s mounts the operations of its address, and no other", async (file) => {
    const text = readFileSync(join(root, file), "utf8");
    const modules = [...text.matchAll(/from "@\/(server\/(?!endpoints)[^"]+)"/g)].map((match) => match[1] ?? "");
    const known: Record<string, unknown> = {};
    for (const module of modules) Object.assign(known, await import(/* @vite-ignore */ join(root, `${module}.ts`)));
    const mounted = mountedIn(file).map((name) => idOf(known[name]) ?? `${name} is no contract`);
    const expected = [...registered.values()].filter(({ path }) => routeFileOf(path) === file).map(({ id }) => id);
    expect(mounted.toSorted(), "mount exactly the contracts whose path this is").toEqual(expected.toSorted());
  });
});

describe("OpenAPI", () => {
  const document = openApiDocument(registry);
  const text = JSON.stringify(document);

  it("is 3.1 and has every operation under its id", () => {
    expect(document.openapi).toBe("3.1.0");
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
    expect(ids.toSorted()).toEqual(registry.all.map(({ endpoint }) => endpoint.id).toSorted());
  });

  it("resolves every reference", () => {
    const names = new Set(Object.keys(document.components?.schemas ?? {}));
    const dangling = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].filter(
      ([, name]) => !names.has(name ?? ""),
    );
    expect(dangling).toEqual([]);
  });

  it("closes every body", () => {
    const open = [...registered.values()].filter(
      ({ method, body }) => method !== "GET" && body.safeParse({ surely_unknown: 1 }).success,
    );
    expect(open.map(({ id }) => id)).toEqual([]);
  });
});

describe("problems", () => {
  it("have one definition each", () => {
    const known = new Map(allProblems().map((definition) => [definition.slug, definition]));
    const twice = registry.all.flatMap(({ endpoint }) =>
      endpoint.problems.filter(({ slug }) => known.get(slug)?.status === undefined),
    );
    expect(twice).toEqual([]);
    const clashing = registry.all.flatMap(({ endpoint }) =>
      endpoint.problems.filter((definition) => known.get(definition.slug) !== definition).map(({ slug }) => slug),
    );
    expect(clashing, "two problems share a slug: import the one that exists").toEqual([]);
  });
});
