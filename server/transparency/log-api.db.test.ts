// The log over HTTP: what an outsider fetches is enough to check it by himself.

import { beforeAll, describe, expect, it } from "vitest";
import { route } from "@/server/endpoints";
import { readCheckpoint } from "@/server/evidence/checkpoint";
import { readHash, writeHash } from "@/server/evidence/hash";
import { leafBytes } from "@/server/evidence/leaf";
import { leafHash, rootOf, verifyConsistency } from "@/server/evidence/merkle";
import { isSignedBy, openNote } from "@/server/evidence/signed-note";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { sequenceNow, signCheckpoint } from "./sequencer";
import { putAudits, putDeeds } from "./testing/log-world";

let tenant: MintedTenant;
let empty: MintedTenant;
beforeAll(async () => {
  [tenant, empty] = [await mintTenant(), await mintTenant()];
  await putDeeds(tenant.tenantId, 6);
  await signCheckpoint(tenant.tenantId);
  await putAudits(tenant.tenantId, 5);
  await signCheckpoint(tenant.tenantId);
  await putDeeds(tenant.tenantId, 2);
  await sequenceNow(tenant.tenantId);
});

async function get(path: string, key: string | null = tenant.key) {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await route(new Request(`http://h.test${path}`, { headers }));
  if (response === null) throw new Error(`${path} is not found`);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const hashes = (written: string[]) => written.map((hash) => readHash(hash) ?? Buffer.alloc(0));

describe("the log over HTTP", () => {
  it("the checkpoint is the signed note itself, checked with the published keys", async () => {
    const note = await get("/api/v1/log/checkpoint");
    expect([note.status, note.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    const checkpoint = readCheckpoint(openNote(note.text)?.text ?? "");
    expect(checkpoint?.size).toBe(11);
    const keys = await get("/.well-known/holdpoint-keys.json", null);
    expect([keys.status, keys.headers.get("cache-control")]).toEqual([200, "public, max-age=300"]);
    const name = `holdpoint/${keys.body.deployment_id}/${tenant.tenantId}`;
    const publicKey = Buffer.from(keys.body.keys.at(-1).public_key, "hex");
    expect(isSignedBy(note.text, { name, publicKey })).toBe(true);
    expect(Object.keys(keys.body.keys[0])).toEqual(["fingerprint", "public_key", "active_from"]);
  });

  it("the entries make up the root that was signed", async () => {
    const { body } = await get("/api/v1/log/entries?to=11");
    expect(body).toMatchObject({ size: 13, from: 0, to: 11 });
    const leaves = body.entries.map((entry: { kind: string; id: string; hash: string; at: string }) =>
      leafHash(leafBytes({ tenant_id: tenant.tenantId, ...entry })),
    );
    expect(body.entries.map((entry: { leaf_hash: string }) => entry.leaf_hash)).toEqual(leaves.map(writeHash));
    const note = await get("/api/v1/log/checkpoint");
    expect(rootOf(leaves)).toEqual(readCheckpoint(openNote(note.text)?.text ?? "")?.root);
  });

  it.each([
    ["", 0, 13],
    ["?from=3&to=5", 3, 5],
    ["?from=13", 13, 13],
    ["?from=4", 4, 13],
  ])("entries%s", async (query, from, to) => {
    const { body } = await get(`/api/v1/log/entries${query}`);
    expect(body).toMatchObject({ size: 13, from, to });
    expect(body.entries.map((entry: { leaf_index: number }) => entry.leaf_index)).toEqual(
      Array.from({ length: to - from }, (_, at) => from + at),
    );
  });

  it("entries come a thousand at a time", async () => {
    const many = await mintTenant();
    await putDeeds(many.tenantId, 1_203);
    await sequenceNow(many.tenantId);
    const first = await get("/api/v1/log/entries", many.key);
    expect([first.body.to, first.body.entries.length]).toEqual([1_000, 1_000]);
    const rest = await get(`/api/v1/log/entries?from=${first.body.to}`, many.key);
    expect([rest.body.to, rest.body.entries.length]).toEqual([1_203, 203]);
  });

  it("C4: consistency between any two sizes, checked as a stranger would", async () => {
    for (let from = 0; from <= 13; from += 1) {
      for (let to = from; to <= 13; to += 1) {
        const { body } = await get(`/api/v1/log/consistency?from=${from}&to=${to}`);
        const [fromRoot, toRoot] = hashes([body.from_root, body.to_root]);
        if (fromRoot === undefined || toRoot === undefined) throw new Error("no roots");
        expect(verifyConsistency({ from, to, fromRoot, toRoot, path: hashes(body.path) }), `${from} → ${to}`).toBe(
          true,
        );
      }
    }
    expect((await get("/api/v1/log/consistency?from=6")).body).toMatchObject({ from: 6, to: 11 });
  });

  it.each([
    ["/api/v1/log/consistency?from=-1", "?from"],
    ["/api/v1/log/consistency?from=x", "?from"],
    ["/api/v1/log/consistency?from=3&to=14", "?to"],
    ["/api/v1/log/consistency?from=12&to=11", "?from"],
    ["/api/v1/log/consistency?from=0&to=9007199254740993", "?to"],
    ["/api/v1/log/entries?from=14", "?from"],
    ["/api/v1/log/entries?to=14", "?to"],
    ["/api/v1/log/entries?from=5&to=4", "?from"],
  ])("%s is refused at %s", async (path, pointer) => {
    const { status, body } = await get(path);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  it("a log that has not begun", async () => {
    expect((await get("/api/v1/log/checkpoint", empty.key)).status).toBe(404);
    expect((await get("/api/v1/log/entries", empty.key)).body).toEqual({ size: 0, from: 0, to: 0, entries: [] });
    expect((await get("/api/v1/log/consistency?from=0", empty.key)).body).toMatchObject({ from: 0, to: 0, path: [] });
  });
});
