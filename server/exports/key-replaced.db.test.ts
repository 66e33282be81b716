// The signing key is replaced while a document is drawn: it is sealed by a key that its bundle names.

import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { makeBundle } from "@/server/exports/make-bundle";
import { takeLease } from "@/server/exports/store";
import { ask, download, makeExportsWorld, verdictOf } from "@/server/exports/testing/exports-world";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { adoptSigning, prepareSigning } from "@/server/transparency/keys";

it("a document is sealed by a key of its own history, whatever this process signs with by then", {
  timeout: 300_000,
}, async () => {
  const world = await makeExportsWorld({ steps: 205 });
  const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "pdf" } });
  expect(asked.status).toBe(202);
  const principal = systemPrincipal(world.tenantId, "exports.make");
  const row = await asTenant(principal, (db) => takeLease(db, String(asked.body.bundle_id)));
  if (row === null) throw new Error("nobody else makes it");
  const own = await prepareSigning();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const other = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const stages: string[] = [];
  const say = async (_progress: number, stage: string) => {
    stages.push(stage);
    if (stage === "Drawing the document") adoptSigning({ ...own, key: privateKey, publicKey: other });
  };
  try {
    await makeBundle({ principal, signal: new AbortController().signal, say }, row);
  } finally {
    adoptSigning(own);
  }
  expect(stages).toContain("Drawing the document");
  const { bytes } = await download(world.member, row.bundleId);
  expect((await verdictOf(world.member, bytes)).body).toMatchObject({ verified: true, signer: "trusted" });
});
