import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { route } from "@/server/endpoints";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { closePools } from "@/server/platform/db/client";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { createListener, listen } from "@/server/platform/http/listener";
import { notFound } from "@/server/platform/http/mount";

let server: Server;
let url: string;
let tenant: MintedTenant;

beforeAll(async () => {
  tenant = await mintTenant();
  server = createListener({
    answersItself: () => true,
    answer: async (request) =>
      isGatePath(new URL(request.url).pathname) ? gateFetch(request) : ((await route(request)) ?? notFound()),
    rest: async () => {},
  });
  url = `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await closePools();
});

/** Runs a program of this project as a user would; its database is out of reach, only the address and the key are not. */
function program(
  path: string,
  args: string[] = [],
  key = tenant.key,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    NODE_ENV: "test" as const,
    PATH: process.env.PATH,
    HOLDPOINT_URL: url,
    HOLDPOINT_API_KEY: key,
    HOLDPOINT_DATA_DIR: "/nowhere",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/run-ts.mjs", path, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** What a run of the demo leaves; forgeries are at the end. */
const files = ["evidence.json", "evidence.pdf", "soc2.pdf", "executive-debrief.pdf"];
const forgeries = ["forged-evidence.json", "forged-evidence.pdf"];

describe("npm run demo:agent", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-demo-output-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(["makes the rule it needs", "finds it the second time"])(
    "is stopped at step 3; it %s",
    async (how) => {
      const { code, stdout, stderr } = await program("scripts/demo-agent.ts", ["--out", folder]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(how.startsWith("makes") ? "was not there and is made now" : "in force already");
      expect(stdout).toMatch(/^Step 1 .*allow/m);
      expect(stdout).toMatch(/^Step 2 .*allow/m);
      expect(stdout).toMatch(/^Step 3 .*stop/m);
      expect(stdout).not.toMatch(/^Step 4/m);
      expect(stdout).toMatch(/^Stopped +by rule "Token limit of demo-agent"/m);
      expect(stdout).toMatch(/^ {2}set by +key:/m);
      expect(stdout).toMatch(/^Incident +[0-9a-f-]{36}: \w+, token_limit_exceeded, active$/m);
      expect(stdout).toContain("409 run-not-live");
      expect(stdout).toMatch(/^Verify +verified, \d+ records, sealed$/m);
      for (const file of files)
        expect(stdout).toMatch(new RegExp(`^Evidence .*/${file}: [A-Z0-9]+-[0-9a-f]{12}, verified$`, "m"));
      for (const file of forgeries) expect(stdout).toMatch(new RegExp(`^Forged .*/${file}: refused: `, "m"));
    },
    120_000,
  );

  test("left the documents, the bundle, and a verdict that anybody can come to again", async () => {
    const left = [...files, ...forgeries, "keys.json", "receipts.json", "verdict.txt"];
    expect(readdirSync(folder).sort()).toEqual(left.sort());
    for (const file of files.filter((name) => name.endsWith(".pdf"))) {
      expect(readFileSync(join(folder, file)).subarray(0, 5).toString("latin1")).toBe("%PDF-");
    }
    const said = readFileSync(join(folder, "verdict.txt"), "utf8");
    expect([...said.matchAll(/^exit code (\d)$/gm)].map(([, code]) => code).join("")).toBe("000011");
    expect(said).toMatch(/2 receipts of this run/);
    const again = spawnSync(
      process.execPath,
      ["bin/holdpoint-verify.mjs", join(folder, "evidence.json"), "--key", join(folder, "keys.json")],
      { encoding: "utf8", env: { NODE_ENV: "test" } },
    );
    expect([again.status, again.stderr]).toEqual([0, ""]);
  });

  test("left two stopped runs, and no step 3 that ran", async () => {
    const rows = await inspect()`
      select r.status, r.stopped_at_step, r.steps_completed::int as done, i.status as incident,
        (select count(*)::int from trace_records t where t.run_id = r.run_id and t.kind = 'result') as results
      from runs r join incidents i on i.source_run_id = r.run_id where r.tenant_id = ${tenant.tenantId}`;
    const stopped = { status: "failed_policy", stopped_at_step: 3, done: 2, incident: "active", results: 2 };
    expect(rows).toMatchObject([stopped, stopped]);
  });

  test("says what is wrong with another exit code", async () => {
    const wrong = await program("scripts/demo-agent.ts", [], `hp_live_${"x".repeat(43)}`);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("401 unauthenticated") });
    const nobody = await program("scripts/demo-agent.ts", ["--url", "http://127.0.0.1:9"]);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("npm start") });
    const asked = await program("scripts/demo-agent.ts", ["--colour", "red"]);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("usage: npm run demo:agent") });
  });
});

describe("docs/examples/runner.ts", () => {
  test("runs as it is printed", async () => {
    const { code, stdout, stderr } = await program("docs/examples/runner.ts");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^run [0-9a-f-]{36} started\nstep 1 allow: 280 tokens so far\nstep 2 allow: 1330 tokens so far\nrun succeeded\n$/,
    );
  });
});
