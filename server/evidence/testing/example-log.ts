// A tenant's log in memory, and keys to sign it with: the keys are made of a number, so that files come out the same each time.
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { checkpointText } from "../checkpoint";
import { H } from "../hash";
import { endorsedBytes, type KeyHistoryEntry, keyStatementHash } from "../key-history";
import { leafBytes, originOf } from "../leaf";
import type { LeafSource } from "../mac";
import { consistencyPath, inclusionPath, leafHash, type NodeReader, rootOf } from "../merkle";
import { fingerprint, type NoteSigner, signNote } from "../signed-note";
import { TENANT } from "./run-writer";

export const DEPLOYMENT = "0197a2b4-0000-7000-8000-0000000000d0";
export const ORIGIN = originOf(DEPLOYMENT, TENANT);

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

export class ExampleKey {
  readonly publicKey: Buffer;
  readonly entry: KeyHistoryEntry;
  readonly #private: KeyObject;

  /** `activeFrom` is an instant; `predecessor` vouches for this key. */
  constructor(seed: number, activeFrom: string, predecessor?: ExampleKey) {
    const der = Buffer.concat([PKCS8, Buffer.alloc(32, seed)]);
    this.#private = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    this.publicKey = Buffer.from(createPublicKey(this.#private).export({ format: "der", type: "spki" }).subarray(-32));
    const statement = {
      ...{ fingerprint: fingerprint(this.publicKey), public_key: this.publicKey.toString("hex") },
      active_from: activeFrom,
    };
    if (predecessor === undefined) {
      this.entry = statement;
      return;
    }
    const following = { ...statement, predecessor: predecessor.entry.fingerprint };
    const endorsement = predecessor.sign(endorsedBytes(following)).toString("hex");
    this.entry = { ...following, endorsement };
  }

  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#private);
  }

  signer(name = ORIGIN): NoteSigner {
    return { name, publicKey: this.publicKey, sign: (bytes) => this.sign(bytes) };
  }
}

export const FIRST_KEY = new ExampleKey(1, "2026-01-01T00:00:00.000Z");
export const SECOND_KEY = new ExampleKey(2, "2026-01-22T09:31:00.000Z", FIRST_KEY);

export class ExampleLog {
  readonly sources: LeafSource[] = [];
  #hashes: Buffer[] = [];

  /** The leaf's index. */
  append(kind: string, id: string, hash: string, at: string): number {
    const source = { tenant_id: TENANT, kind, id, hash, at };
    this.#hashes.push(leafHash(leafBytes(source)));
    return this.sources.push(source) - 1;
  }

  appendKey(key: ExampleKey): void {
    const hash = `sha256:${keyStatementHash(key.entry).toString("hex")}`;
    this.append("key", key.entry.fingerprint, hash, key.entry.active_from);
  }

  /** Leaves of other things. */
  appendNoise(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const hash = H("audit", `${this.sources.length}`).toString("hex");
      this.append("audit", `noise-${this.sources.length}`, `sha256:${hash}`, "2026-01-22T09:00:00.000Z");
    }
  }

  get size(): number {
    return this.sources.length;
  }

  checkpoint(at: string, keys: readonly ExampleKey[], size = this.size): string {
    const root = rootOf(this.#hashes.slice(0, size));
    const signers = keys.map((key) => key.signer());
    return signNote(checkpointText({ origin: ORIGIN, size, root, at }), signers);
  }

  async inclusion(index: number, size = this.size): Promise<string[]> {
    return (await inclusionPath(index, size, this.#reader())).map(written);
  }

  async consistency(from: number, to = this.size): Promise<string[]> {
    return (await consistencyPath(from, to, this.#reader())).map(written);
  }

  #reader(): NodeReader {
    return (level, index) => rootOf(this.#hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
  }
}

export function written(hash: Uint8Array): string {
  return `sha256:${Buffer.from(hash).toString("hex")}`;
}
