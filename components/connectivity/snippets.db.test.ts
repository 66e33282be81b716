import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePools } from "@/server/platform/db/client";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { startWholeServer, type WholeServer } from "@/server/testing/whole-server";
import { environment, type Language, languages, snippetOf, typescriptPost } from "./snippets";

let server: WholeServer;
let address: string;
let tenant: MintedTenant;
const folder = mkdtempSync(join(tmpdir(), "holdpoint-snippets-"));

beforeAll(async () => {
  tenant = await mintTenant();
  server = await startWholeServer();
  address = `http://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  await server.close();
  await closePools();
  rmSync(folder, { recursive: true });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

// The variables come from the text that the page shows, as a shell would read it.
function runSnippet(language: Language, agent: string): Promise<Ended> {
  const snippet = snippetOf(language, agent);
  const path = join(folder, snippet.file);
  writeFileSync(path, snippet.code);
  const program = { curl: "sh", typescript: `${process.execPath} --import tsx`, python: "python3" }[language];
  const script = `${environment(address, tenant.key)}\n${program} ${path}`;
  return new Promise((resolve) => {
    execFile("sh", ["-c", script], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function runsOf(agent: string): Promise<unknown> {
  const query = new URLSearchParams({ agent });
  const response = await fetch(`${address}/api/v1/activity?${query}`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  });
  const { items }: { items: { status: string; tokens_used: number }[] } = await response.json();
  return items.map(({ status, tokens_used }) => ({ status, tokens_used }));
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const here = languages.filter((language) => language !== "python" || hasPython);

describe.each(here)("the snippet in %s", (language) => {
  test("starts a run, asks, reports, ends it", async () => {
    const agent = `first-agent-${language}`;
    const { code, stdout, stderr } = await runSnippet(language, agent);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^run [0-9a-f-]{36} started\nrun succeeded\n$/);
    expect(await runsOf(agent)).toEqual([{ status: "succeeded", tokens_used: 970 }]);
  });

  test("minds a block: the step does not run", async () => {
    const agent = `it's "${language}" $HOME`;
    await limitTokens(agent);
    const { code, stdout } = await runSnippet(language, agent);
    expect(code).toBe(3);
    expect(stdout).toContain("do not run it");
    expect(await runsOf(agent)).toEqual([{ status: "failed_policy", tokens_used: 0 }]);
  });
});

test("the TypeScript snippet posts as the README's runner does", () => {
  expect(readFileSync("docs/examples/runner.ts", "utf8")).toContain(typescriptPost);
  expect(snippetOf("typescript", "a").code).toContain(typescriptPost);
});

async function limitTokens(agent: string): Promise<void> {
  const response = await fetch(`${address}/api/v1/policies/rules`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ name: `Nothing for ${agent}`, rule_type: "token_limit", metric: "run.tokens", threshold: 10 },
      ...{ enforcement: "stop", scope: { type: "agent", ids: [agent] } },
    }),
  });
  expect(response.status).toBe(201);
  // A rule holds for runs that start a second later.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}
