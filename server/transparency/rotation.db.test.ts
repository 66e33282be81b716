// The signing key: registered once, held against what is registered, and replaced without a gap for whoever trusts the old one.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isEndorsedBy, isKeyEntry, keyStatementHash } from "@/server/evidence/key-history";
import { isSignedBy } from "@/server/evidence/signed-note";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { asIntruder, leavesOf, putDeeds } from "./testing/log-world";

type Key = { fingerprint: string; public_key: string; active_from: string; retired_at?: string; predecessor?: string };
type Ran = { code: number; stdout: string; stderr: string };

let dataDir: string;
let tenantIds: string[];
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-rotation-"));
  tenantIds = [(await mintTenant()).tenantId, (await mintTenant()).tenantId];
  await Promise.all(tenantIds.map((tenantId) => putDeeds(tenantId, 3)));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

/** A program of this product in a process of its own, with its own data folder. */
function run(args: string[], settings: Record<string, string> = {}): Promise<Ran> {
  const env = { ...process.env, HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_MAC_KEY: macKey(), ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/run-ts.mjs", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

// The sources of this file were written under the key of its own process.
function macKey(): string {
  return readFileSync(join(process.env.HOLDPOINT_DATA_DIR ?? ".data", "secrets", "mac-key"), "utf8").trim();
}

const rotate = (settings = {}) => run(["scripts/admin.ts", "rotate-signing-key"], settings);
const signAll = (settings = {}) => run(["server/transparency/testing/sign-process.ts", ...tenantIds], settings);
const secret = (name: string) => join(dataDir, "secrets", name);
const deployment = async () => (await inspect()`select id from deployments`)[0]?.id;

async function notesOf(tenantId: string): Promise<string[]> {
  const rows = await inspect()`select note from checkpoints where tenant_id = ${tenantId} order by signed_at`;
  return rows.map(({ note }) => note);
}

async function isBy(tenantId: string, note: string, key: Key | undefined): Promise<boolean> {
  const name = `holdpoint/${await deployment()}/${tenantId}`;
  return isSignedBy(note, { name, publicKey: Buffer.from(key?.public_key ?? "", "hex") });
}

describe("the signing key", () => {
  let keys: Key[];

  it("is made at first start, in a file of its owner's alone, and registered", async () => {
    const { code, stdout, stderr } = await signAll();
    expect([code, stderr]).toEqual([0, ""]);
    keys = JSON.parse(stdout).keys;
    expect(keys).toHaveLength(1);
    expect(statSync(secret("signing-key")).mode & 0o777).toBe(0o600);
    const seed = readFileSync(secret("signing-key"), "utf8").trim();
    const [row] = await inspect()`select to_jsonb(k)::text as text from signing_keys k`;
    expect(row?.text).not.toContain(seed);
    expect(row?.text).not.toContain(Buffer.from(seed, "base64").toString("hex"));
  });

  it.each([
    ["base64", (seed: string) => seed],
    ["base64url", (seed: string) => Buffer.from(seed, "base64").toString("base64url")],
    ["hex", (seed: string) => Buffer.from(seed, "base64").toString("hex")],
  ])("may come from the environment: %s", async (_, write) => {
    const seed = readFileSync(secret("signing-key"), "utf8").trim();
    const { code, stderr } = await signAll({ HOLDPOINT_SIGNING_KEY: write(seed), HOLDPOINT_DATA_DIR: tmpdir() });
    expect([code, stderr]).toEqual([0, ""]);
  });

  it.each(["short", "x".repeat(32), "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"])(
    "is refused at boot when it is none: %s",
    async (text) => {
      const { code, stderr } = await signAll({ HOLDPOINT_SIGNING_KEY: text });
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/HOLDPOINT_SIGNING_KEY: must be base64 or hex of the 32-byte Ed25519 seed/);
    },
  );

  it("another one than the registered one does not start, and says what to do", async () => {
    const { code, stderr } = await signAll({ HOLDPOINT_SIGNING_KEY: randomBytes(32).toString("base64") });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/The signing key in hand is sha256:.* rotate-signing-key/s);
  });

  it("is replaced: endorsed, a leaf for each tenant, and both signatures on its next checkpoint", async () => {
    await Promise.all(tenantIds.map((tenantId) => putDeeds(tenantId, 2)));
    const { code, stdout, stderr } = await rotate();
    expect([code, stderr]).toEqual([0, ""]);
    const rotated = JSON.parse(stdout);
    expect(rotated).toMatchObject({ predecessor: keys[0]?.fingerprint, tenants: 2, halted: [] });
    expect([existsSync(secret("signing-key.previous")), existsSync(secret("signing-key.next"))]).toEqual([
      false,
      false,
    ]);
    const after = await signAll();
    expect([after.code, after.stderr]).toEqual([0, ""]);
    const history: Key[] = JSON.parse(after.stdout).keys;
    const [old, fresh] = history;
    if (old === undefined || fresh === undefined) throw new Error("no history");
    expect([old.fingerprint, fresh.fingerprint]).toEqual([keys[0]?.fingerprint, rotated.fingerprint]);
    expect([old, fresh].every(isKeyEntry) && isEndorsedBy(fresh, old)).toBe(true);
    for (const tenantId of tenantIds) {
      const leaf = (await leavesOf(tenantId)).find(({ kind }) => kind === "key");
      expect(leaf).toMatchObject({ source_id: fresh.fingerprint, hash: keyStatementHash(fresh) });
      const notes = await notesOf(tenantId);
      const by = await Promise.all(
        notes.map(async (note) => [await isBy(tenantId, note, old), await isBy(tenantId, note, fresh)]),
      );
      expect(by[0]).toEqual([true, false]);
      expect(by).toContainEqual([true, true]);
    }
  });

  it("is replaced from the environment too, when both are given", async () => {
    const from = readFileSync(secret("signing-key"), "utf8").trim();
    const to = randomBytes(32).toString("base64");
    const alone = await rotate({ HOLDPOINT_SIGNING_KEY: from });
    expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining("HOLDPOINT_SIGNING_KEY_NEXT") });
    const both = { HOLDPOINT_SIGNING_KEY: from, HOLDPOINT_SIGNING_KEY_NEXT: to };
    const { code, stdout } = await rotate(both);
    expect(code).toBe(0);
    // Again: it is over, and nothing is replaced a second time.
    expect(JSON.parse((await rotate(both)).stdout)).toEqual(JSON.parse(stdout));
    expect((await signAll({ HOLDPOINT_SIGNING_KEY: from })).stderr).toMatch(/is registered as the active one/);
    const after = await signAll({ HOLDPOINT_SIGNING_KEY: to });
    expect(JSON.parse(after.stdout).keys).toHaveLength(3);
    writeFileSync(secret("signing-key"), `${to}\n`);
  });

  it("that a superuser put into the history is not published", async () => {
    const forged = randomBytes(32);
    await asIntruder(
      `insert into signing_keys (fingerprint, public_key, active_from, retired_at, predecessor, endorsement)
      values ('sha256:forged', $1, '2026-01-01', '2026-01-02', null, null)`,
      [forged],
    );
    await asIntruder(
      "update signing_keys set predecessor = 'sha256:forged' where predecessor is not null and retired_at is null",
    );
    const { stdout } = await signAll();
    expect(JSON.parse(stdout).keys).toHaveLength(1);
    expect(stdout).not.toContain(forged.toString("hex"));
  });

  it("of nobody: two active ones sign nothing", async () => {
    await asIntruder("insert into signing_keys (fingerprint, public_key, active_from) values ('x', 'x', '2026-01-01')");
    expect((await signAll()).stderr).toMatch(/no single key is registered/);
  });
});
