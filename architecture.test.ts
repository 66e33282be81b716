// The house's conscience. It reads sources as text; every message says what to do. Tables first, checks below.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** A file may import from its own layer and from layers above it in this list. */
const layers = [
  "db/vocabulary.ts",
  "db/schema/",
  "db/migrations/",
  "server/policy-language/",
  "server/evidence/",
  "server/platform/",
  "server/account/",
  "server/connectivity/",
  "server/policies/",
  "server/activity/",
  "server/incidents/",
  "server/transparency/",
  "server/gate/",
  "server/logs/",
  "server/events/",
  "server/analytics/",
  "server/exports/",
  "server/overview/",
  "server/jobs/",
  "server/endpoints.ts",
  "components/ui/",
  "components/data/",
  "components/shell/",
  "components/",
  "app/",
];
/** Above all layers: programs, tests, configuration. */
const above =
  /^(?:server\.ts|scripts\/|bench\/|e2e\/|docs\/examples\/|db\/seed\/|server\/platform\/db\/testing\/|[^/]+\.ts$)|\.test\.tsx?$|\/testing\//;

/** What the browser may reach, directly or through a contract. These files import only each other and packages. */
const isomorphic =
  /^(?:db\/vocabulary\.ts|server\/[\w-]+\/(?:(?:\w+-)?contract|wire)\.ts|server\/platform\/auth\/principal\.ts|server\/policy-language\/|server\/platform\/http\/(?:contract|problem|client)\.ts|components\/)/;

const forbiddenNames =
  /(?:^|\/)(?:utils?|helpers?|(?<!policy-language\/check\/)types|constants|services?|index|misc|common|lib|shared)\.tsx?$/;
const mayReadEnvironment =
  /^(?:server\/platform\/env\/|server\/platform\/db\/(?:embedded|testing)\/|scripts\/|bench\/|e2e\/|[\w.-]+\.config\.ts$)/;
const mayBeServerOnly = new Set(["server/platform/db/client.ts", "server/platform/auth/session.ts"]);
/** Who may look across tenants. A line here is a decision: say why in docs/decisions. */
const mayBeSystem =
  /^(?:server\/platform\/db\/system-db\.ts|server\/platform\/auth\/|server\/platform\/http\/(?:probes|idempotency)\.ts|server\/platform\/jobs\/|server\/account\/|server\/gate\/sweeper\.ts|server\/events\/(?:numbering|news)\.ts|server\/transparency\/(?:key-store|sequencer|rotation|acknowledgement|standing)\.ts|db\/seed\/|scripts\/)|\.test\.ts$|\/testing\//;
const mayExportDefault =
  /^(?:app\/.*\/?(?:page|layout|loading|error|not-found|template|default|global-error)\.tsx|[\w.-]+\.config\.ts|e2e\/.*|server\/platform\/db\/testing\/global-setup\.ts)$/;
const maxLines = 400;
const maxFunctionLines = 40;

const self = "architecture.test.ts";
const root = dirname(fileURLToPath(import.meta.url));
const ignored = /^(?:node_modules|\.git|\.next|\.build|\.data|bin|public|coverage)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ignored.test(entry.name) || path === "db/migrations" ? [] : filesBelow(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

const files = filesBelow("");
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

interface Import {
  target: string;
  isTypeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = sources.get(file) ?? "";
  const statements = /^(?:import|export)\s+(?:(type)\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = /\bimport\("([^"]+)"\)/g;
  const found = [...text.matchAll(statements)].map((m) => ({ name: m[2] ?? "", isTypeOnly: m[1] === "type" }));
  const lazy = [...text.matchAll(dynamic)].map((m) => ({ name: m[1] ?? "", isTypeOnly: false }));
  return [...found, ...lazy].flatMap(({ name, isTypeOnly }) => {
    const target = resolved(file, name);
    return target === null ? [] : [{ target, isTypeOnly }];
  });
}

function resolved(from: string, name: string): string | null {
  if (!name.startsWith("@/") && !name.startsWith(".")) return null;
  const path = name.startsWith("@/") ? name.slice(2) : normalize(join(dirname(from), name));
  return [path, `${path}.ts`, `${path}.tsx`].find((candidate) => sources.has(candidate)) ?? path;
}

function layerOf(file: string): number {
  return layers.findIndex((layer) => file === layer || (layer.endsWith("/") && file.startsWith(layer)));
}

function breaches(of: (file: string, text: string) => string[]): string[] {
  return [...sources].flatMap(([file, text]) => of(file, text).map((message) => `${file}: ${message}`));
}

describe("layers", () => {
  it("each file belongs to one", () => {
    const homeless = files.filter((file) => layerOf(file) < 0 && !above.test(file));
    expect(homeless, "move the file into a folder of `layers`, or name its folder there").toEqual([]);
  });

  it("import only from themselves and from what stands before them", () => {
    const found = breaches((file) =>
      above.test(file)
        ? []
        : importsOf(file)
            .filter(({ target }) => layerOf(target) > layerOf(file) || above.test(target))
            .map(({ target }) => `imports ${target}, which is above it: move the shared part down, or write an event`),
    );
    expect(found).toEqual([]);
  });

  it("keep the browser's part free of the server", () => {
    const found = breaches((file) =>
      isomorphic.test(file) && !above.test(file)
        ? importsOf(file)
            .filter(({ target, isTypeOnly }) => !isTypeOnly && !isomorphic.test(target))
            .map(({ target }) => `imports ${target}, which the browser may not load: \`import type\`, or a contract.ts`)
        : [],
    );
    expect(found).toEqual([]);
  });

  it("have no cycles", () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (path.includes(file) || done.has(file)) return;
      for (const { target, isTypeOnly } of importsOf(file)) if (!isTypeOnly) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles, "move what both need into a third file below them").toEqual([]);
  });
});

describe("files", () => {
  it("are named after an idea", () => {
    const wrong = files.filter(
      (file) => forbiddenNames.test(file) || /[A-Z_]/.test(file.replace(/\[.*?\]|\(.*?\)/g, "")),
    );
    expect(
      wrong,
      "name the file after what it is about, in kebab-case; `utils` and the like collect everything",
    ).toEqual([]);
  });

  it(`have at most ${maxLines} lines, and functions at most ${maxFunctionLines}`, () => {
    const found = breaches((file, text) => {
      const lines = text.split("\n");
      const long = lines.length > maxLines + 1 ? [`has ${lines.length - 1} lines: pull a named idea out of it`] : [];
      return [...long, ...(above.test(file) ? [] : longFunctions(lines))];
    });
    expect(found).toEqual([]);
  });

  it("use named exports, and no barrels", () => {
    const found = breaches((file, text) => [
      ...(/^export (?:\*|(?:type )?\{[^}]*\}) from /m.test(text)
        ? ["re-exports: import from where it is defined"]
        : []),
      ...(/^export default /m.test(text) && !mayExportDefault.test(file) ? ["has a default export: name it"] : []),
    ]);
    expect(found).toEqual([]);
  });

  it("do not silence the compiler", () => {
    const advice = "silences the compiler: narrow the type, or make a named function with the reason above it";
    const found = breaches((file, text) => (/@ts-(?:ignore|nocheck)/.test(text) && file !== self ? [advice] : []));
    expect(found).toEqual([]);
  });
});

describe("doors", () => {
  const door = (pattern: RegExp, allowed: (file: string) => boolean, advice: string) =>
    breaches((file, text) => (file !== self && pattern.test(text) && !allowed(file) ? [advice] : []));

  it("the environment is read once", () => {
    const advice = "reads process.env: add the setting to server/platform/env/env.ts and import `env`";
    expect(door(/\bprocess\.env\b/, (file) => mayReadEnvironment.test(file) || above.test(file), advice)).toEqual([]);
  });

  it("`server-only` stands at the two roots", () => {
    const advice =
      "imports server-only: it stands in platform/db/client.ts and platform/auth/session.ts and works from there";
    expect(door(/^import "server-only"/m, (file) => mayBeServerOnly.has(file), advice)).toEqual([]);
  });

  it("few may look across tenants", () => {
    const advice =
      "uses asSystem: take a TenantDb; a true need is a new reason in system-db.ts and a line in mayBeSystem";
    expect(door(/^import \{[^}]*\basSystem\b/m, (file) => mayBeSystem.test(file), advice)).toEqual([]);
  });

  it("only platform/db holds the pool", () => {
    const advice = "imports the pool: use asTenant";
    const allowed = (file: string) => /^server\/(?:platform\/db|gate)\//.test(file) || above.test(file);
    expect(door(/from "@\/server\/platform\/db\/client"/, allowed, advice)).toEqual([]);
  });

  it("route files do nothing but mount", () => {
    const mounts =
      /^(?:import [^;]+;\n)+\nexport const \{ GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS \} = mount\w*\([\w,\s]*\);\n$/;
    const wrong = files.filter(
      (file) => /^app\/api\/(?!auth\/).*route\.ts$/.test(file) && !mounts.test(sources.get(file) ?? ""),
    );
    const line = "export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(…);";
    expect(wrong, `a route file is its imports and \`${line}\``).toEqual([]);
  });
});

// The formatter puts a declaration's closing brace alone at the declaration's own indentation, so no parser is needed.
function longFunctions(lines: readonly string[]): string[] {
  return lines.flatMap((line, start) => {
    const opened = /^(\s*)(?:export )?(?:async )?function\*? (\w+)/.exec(line);
    if (!opened) return [];
    const end = lines.findIndex((other, at) => at > start && other === `${opened[1]}}`);
    const length = end - start + 1;
    return length > maxFunctionLines ? [`${opened[2]} has ${length} lines: give a part of it a name`] : [];
  });
}
