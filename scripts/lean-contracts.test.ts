import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { describe, expect, it } from "vitest";
import { registry } from "@/server/endpoints";

const leanContract: (source: string) => string = createRequire(import.meta.url)("./lean-contracts.cjs");
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const contracts = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith("contract.ts"),
);

/** As the browser's bundle has them. */
const browser: Plugin = {
  name: "browser",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^zod$/ }, () => ({ path: join(root, "server/platform/http/no-schemas.ts") }));
    onLoad({ filter: /(?:contract|wire|http.problem)\.ts$/ }, ({ path }) => ({
      contents: leanContract(readFileSync(path, "utf8")),
      loader: "js",
      resolveDir: dirname(path),
    }));
  },
};

async function bundled(contents: string): Promise<string> {
  const stdin = { contents, resolveDir: root, loader: "ts" } as const;
  const made = await build({
    stdin,
    bundle: true,
    format: "esm",
    write: false,
    plugins: [browser],
    minifySyntax: true,
  });
  return made.outputFiles[0]?.text ?? "";
}

async function loaded(text: string): Promise<unknown[]> {
  const modules: Record<string, object> = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return Object.values(modules).flatMap((one) => Object.values(one));
}

function threeFields(value: unknown): string[] {
  const { id, method, path } = Object(value);
  return typeof id === "string" && typeof path === "string" ? [`${id} ${method} ${path}`] : [];
}

describe("contracts in the browser", () => {
  it("ask for what the server answers", async () => {
    const text = await bundled(contracts.map((path, at) => `export * as m${at} from "./server/${path}";`).join("\n"));
    // The probes of the platform have no contract: no page asks them.
    const answered = registry.all.filter(({ endpoint }) => !endpoint.id.startsWith("platform."));
    const asked = (await loaded(text)).flatMap(threeFields);
    expect(asked.sort()).toEqual(answered.flatMap(({ endpoint }) => threeFields(endpoint)).sort());
  });

  it("bring no schema along", async () => {
    const text = await bundled('export { getRule, listRules } from "@/server/policies/contract";');
    expect(text).toContain("/api/v1/policies/rules/{rule_id}");
    expect(text).not.toMatch(/\bz\.|zod|strictObject|policies:read/);
  });
});
