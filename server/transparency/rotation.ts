// A new signing key takes the place of the old one. The old one vouches for it, every tenant's log says so, and the next
// checkpoint of each carries both signatures, so that whoever trusts the old key can follow to the new one. Whatever is
// interrupted is finished by asking again.

import { type KeyObject, sign } from "node:crypto";
import { endorsedBytes, keyStatementHash } from "@/server/evidence/key-history";
import { fingerprint, isSignedBy, type NoteSigner } from "@/server/evidence/signed-note";
import { writeAudit } from "@/server/platform/audit/audit";
import { writeLeafSources } from "@/server/platform/audit/leaf-sources";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asSystem } from "@/server/platform/db/system-db";
import { asTenant } from "@/server/platform/db/tenant-db";
import { dropRotation, keepNewKey, type Rotating, rotatingKeys } from "@/server/platform/env/rotating-keys";
import { publicKeyOf } from "@/server/platform/env/signing-seed";
import { LogHalted } from "./contract";
import { historyEntry, type KeyRow, registered, replaceActive } from "./key-store";
import { adoptSigning, signerOf } from "./keys";
import { findLeaf, latestCheckpoint } from "./proofs";
import { signCheckpoint } from "./sequencer";

export type Rotated = {
  fingerprint: string;
  predecessor: string;
  /** Tenants whose log names the new key and was signed by both. */
  tenants: number;
  /** Tenants whose log is halted: the new key's leaf is there, the checkpoint with both signatures is not. */
  halted: string[];
};

/** Throws when the registered key is neither the old nor the new one. */
export async function rotateSigningKey(): Promise<Rotated> {
  const keys = rotatingKeys();
  const { row, deploymentId } = await registerNew(keys);
  keepNewKey(keys);
  adoptSigning({ deploymentId, fingerprint: row.fingerprint, key: keys.to, publicKey: row.public_key });
  const halted: string[] = [];
  const tenants = await allTenants();
  for (const tenantId of tenants) {
    const old = signerOf({ deploymentId, key: keys.from, publicKey: publicKeyOf(keys.from) }, tenantId);
    if (!(await announce(tenantId, { row, old }))) halted.push(tenantId);
  }
  if (halted.length === 0) dropRotation(keys);
  return {
    fingerprint: row.fingerprint,
    predecessor: row.predecessor ?? "",
    tenants: tenants.length - halted.length,
    halted,
  };
}

async function registerNew({ from, to }: Rotating): Promise<{ row: KeyRow; deploymentId: string }> {
  const [old, next] = [publicKeyOf(from), publicKeyOf(to)];
  const { keys, deploymentId, now } = await registered({ fingerprint: fingerprint(old), publicKey: old });
  const active = keys.find((row) => row.retired_at === null);
  if (active?.fingerprint === fingerprint(next)) return { row: active, deploymentId };
  if (active?.fingerprint !== fingerprint(old)) {
    throw new Error(`The key in hand is ${fingerprint(old)}, but ${active?.fingerprint} is the registered one.`);
  }
  const made = endorsed({ from, to, next, predecessor: active.fingerprint, now });
  if (await replaceActive(active.fingerprint, made)) return { row: { ...made, retired_at: null }, deploymentId };
  throw new Error("Another rotation is under way.");
}

type Endorsing = { from: KeyObject; to: KeyObject; next: Buffer; predecessor: string; now: Date };

function endorsed({ from, to, next, predecessor, now }: Endorsing): Omit<KeyRow, "retired_at"> {
  const row = { fingerprint: fingerprint(next), public_key: next, active_from: now, predecessor };
  const entry = historyEntry({ ...row, retired_at: null, endorsement: Buffer.alloc(0) });
  const bytes = endorsedBytes(entry);
  return { ...row, endorsement: Buffer.concat([sign(null, bytes, from), sign(null, bytes, to)]) };
}

/** The key's leaf and a checkpoint by both keys; false where the log is halted. Doing it again does nothing. */
async function announce(tenantId: string, { row, old }: { row: KeyRow; old: NoteSigner }): Promise<boolean> {
  const operator = systemPrincipal(tenantId, "admin");
  await asTenant(operator, async (db) => {
    if ((await findLeaf(db, "key", row.fingerprint)) !== null) return;
    const entry = historyEntry(row);
    await writeLeafSources(db, [
      { kind: "key", id: row.fingerprint, hash: keyStatementHash(entry), at: row.active_from },
    ]);
    await writeAudit(db, [
      { action: "signing_key.rotated", entity_type: "signing_key", entity_id: row.fingerprint, detail: { ...entry } },
    ]);
  });
  const newest = await asTenant(operator, latestCheckpoint);
  if (newest !== null && isSignedBy(newest.note, old) && newest.signedAt > row.active_from) return true;
  try {
    await signCheckpoint(tenantId, [old]);
    return true;
  } catch (error) {
    if (LogHalted.matches(error)) return false;
    throw error;
  }
}

async function allTenants(): Promise<string[]> {
  const rows = await asSystem(
    "transparency: the deployment and its keys",
    (sql) => sql<{ id: string }[]>`select id from tenants order by id`,
  );
  return rows.map((row) => row.id);
}
