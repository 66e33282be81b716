// One file, from its first byte to its verdict. The parts may come as a stream; every check runs, so that a report shows all
// that is wrong, and what could not be looked at counts as wrong.
import { BundleChain, verifyBundleSeal, verifyGenesis } from "./bundle-chain";
import { verifyFigures } from "./bundle-figures";
import { BundleHasher, type BundleHeader, type BundleProof, LinesHasher } from "./bundle-file";
import { type LogClaims, verifyLogProof } from "./bundle-log";
import type { ExpectedLeaf } from "./bundle-proof";
import type { ReadLine, ReadRecord } from "./bundle-record";
import type { TrustedKey } from "./bundle-trust";
import { type CanonicalObject, canonicalText } from "./canonical";
import { H, writeHash } from "./hash";
import { keyStatementHash } from "./key-history";
import { Receipts } from "./outside-witness";
import type { PdfSeal } from "./pdf-seal";
import { sealHash } from "./seal";
import { type BundleVerdict, type CheckList, insist } from "./verdict";

export type VerifyOptions = {
  readonly trustedKeys: readonly TrustedKey[];
  /** Text of a file with checkpoints that were kept outside. */
  readonly checkpoint?: string | undefined;
  /** Text of a file with receipts. */
  readonly receipts?: string | undefined;
  /** Bytes of a document's attachment: verification throws AttachmentTooLarge over more. */
  readonly mostAttached?: number;
};

/** `headerLine`: the first line of version 2, whose lines are hashed as they stand. */
export type FileParts = {
  readonly header: BundleHeader;
  readonly proof: BundleProof;
  readonly headerLine: string | null;
};

type Snapshot = { readonly content: CanonicalObject; readonly hash: Buffer };

export class FileVerification {
  readonly #checks: CheckList;
  readonly #options: VerifyOptions;
  readonly #header: BundleHeader;
  readonly #proof: BundleProof;
  readonly #hasher: BundleHasher | LinesHasher;
  readonly #snapshot: Snapshot | null;
  readonly #chain: BundleChain | null;
  readonly #receipts: Receipts | null;
  #records = 0;

  /** `checks` may hold earlier results. Header and proof have their shape already. */
  constructor(checks: CheckList, file: FileParts, options: VerifyOptions) {
    this.#checks = checks;
    this.#options = options;
    this.#header = file.header;
    this.#proof = file.proof;
    this.#hasher = hasherFor(file);
    this.#receipts = options.receipts === undefined ? null : new Receipts(options.receipts, file.header.bundle.run_id);
    this.#snapshot = checks.run("snapshot", () => this.#verifySnapshot());
    this.#chain = checks.run("chain", () => ({ detail: "", value: this.#beginChain() }));
  }

  /** The next record of the file; `read` throws what is wrong with it. */
  add(read: () => ReadRecord | ReadLine): void {
    this.#records += 1;
    const found = this.#checks.run("format", () => ({ detail: "", value: read() }));
    if (found === null) return;
    if (this.#hasher instanceof BundleHasher) this.#hasher.addRecord(found.bytes);
    else if ("line" in found) this.#hasher.add(found.line);
    if (this.#checks.hasFailed("chain") || this.#checks.hasFailed("format")) return;
    try {
      insist(this.#chain !== null, "the bundle is about no run, but there are records");
      this.#chain.add(found, "beside" in found ? found.beside : undefined);
    } catch (error) {
      this.#checks.fail("chain", error);
    }
  }

  finish(seal: PdfSeal | null): BundleVerdict {
    const checks = this.#checks;
    checks.run("format", () => ({ detail: `a bundle of ${this.#records} records`, value: null }));
    const digest = writeHash(this.#hasher.digest());
    checks.run("bundle_hash", () => {
      insist(digest === this.#proof.bundle_hash, `the content has the hash ${digest}, which is not the one it names`);
      return { detail: digest, value: null };
    });
    this.#finishChain();
    const expected = this.#expectedLeaves(digest);
    const claims: LogClaims = { header: this.#header, proof: this.#proof, expected, bundleHash: digest, seal };
    const { signers, isTrusted } = verifyLogProof(checks, claims, { ...this.#options, receipts: this.#receipts });
    const all = checks.all();
    const failed = all.find(({ ok }) => !ok) ?? null;
    const { bundle_id } = this.#header.bundle;
    return {
      verified: failed === null,
      signer: isTrusted ? "trusted" : "unknown",
      checks: all,
      first_failure: failed?.name ?? null,
      readable: true,
      fingerprints: signers,
      bundle_id: typeof bundle_id === "string" ? bundle_id : null,
    };
  }

  #verifySnapshot(): { detail: string; value: Snapshot | null } {
    const { snapshot, bundle } = this.#header;
    if (snapshot === null) return { detail: "the bundle has no policy snapshot", value: null };
    const { content, policy_set } = snapshot;
    const setHash = writeHash(H("policy-set", canonicalText(policy_set)));
    insist(content.policy_set_hash === setHash, "the policy set is not the one that the snapshot names");
    const isOwn = content.tenant_id === bundle.tenant_id && content.run_id === bundle.run_id;
    insist(isOwn, "the snapshot belongs to another run");
    const hash = H("snapshot", canonicalText(content));
    return { detail: `the policies that were frozen for the run: ${writeHash(hash)}`, value: { content, hash } };
  }

  #beginChain(): BundleChain | null {
    const { genesis, seal, chain_root } = this.#proof;
    const { bundle } = this.#header;
    if (genesis === null) {
      const hasNothing = (bundle.run_id ?? null) === null && seal === null && chain_root === null;
      insist(hasNothing && this.#snapshot === null, "the bundle is about a run, but its chain has no beginning");
      return null;
    }
    insist(
      this.#header.snapshot === null || this.#snapshot !== null,
      "the chain begins with a snapshot that does not hold",
    );
    verifyGenesis(genesis, this.#snapshot?.hash ?? null);
    const isOwn = genesis.tenant_id === bundle.tenant_id && genesis.run_id === bundle.run_id;
    insist(isOwn, "the chain belongs to another run than the bundle");
    return new BundleChain(this.#header, { genesis, seal }, (link) => this.#receipts?.see(link));
  }

  #finishChain(): void {
    const checks = this.#checks;
    const chain = this.#chain;
    if (chain === null || checks.hasFailed("chain") || checks.hasFailed("format")) {
      if (!checks.hasFailed("chain")) checks.run("chain", () => this.#withoutRun());
      if (this.#proof.genesis === null && !checks.hasFailed("chain")) return;
      for (const name of ["seal", "commitments", "figures"] as const) checks.skip(name, "the chain does not hold");
      return;
    }
    checks.run("chain", () => {
      const root = writeHash(chain.close().root);
      insist(this.#proof.chain_root === root, `the records lead to ${root}, which is not the root the file names`);
      return { detail: `${chain.seq} records, each hashed with the one before it, lead to ${root}`, value: null };
    });
    checks.run("seal", () => ({ detail: sealDetail(chain), value: null }));
    checks.run("commitments", () => {
      chain.payloads.finish();
      const { opened, asSent } = chain.payloads;
      return {
        detail: `${opened} payloads are those that were promised, ${asSent} parts of them as sent`,
        value: null,
      };
    });
    checks.run("figures", () => {
      const compared = verifyFigures(this.#header.bundle, { chain, snapshot: this.#snapshot });
      return { detail: `${compared} figures of the bundle are those of the records`, value: null };
    });
  }

  #withoutRun(): { detail: string; value: null } {
    insist(this.#proof.genesis === null && !this.#checks.hasFailed("format"), "the chain could not be read");
    return { detail: "the bundle is about no run", value: null };
  }

  #expectedLeaves(bundleHash: string): ExpectedLeaf[] {
    const { bundle, incident_timeline } = this.#header;
    const { seal, genesis, key_history } = this.#proof;
    const runId = String(genesis?.run_id);
    const snapshot = this.#snapshot;
    const addenda = [...(this.#chain?.addenda ?? [])];
    return [
      { kind: "bundle", id: String(bundle.bundle_id), hash: bundleHash },
      ...(snapshot === null ? [] : [leaf("snapshot", String(snapshot.content.snapshot_id), snapshot.hash)]),
      ...(seal === null ? [] : [leaf("seal", runId, sealHash(seal))]),
      ...addenda.map(([seq, hash]) => leaf("addendum", `${runId}/${seq}`, hash)),
      ...incident_timeline.map((event) => leaf("incident_event", String(event.id), eventHash(event))),
      ...key_history.map((key) => leaf("key", key.fingerprint, keyStatementHash(key))),
    ];
  }
}

function hasherFor({ header, headerLine }: FileParts): BundleHasher | LinesHasher {
  if (headerLine === null) return new BundleHasher(header);
  const hasher = new LinesHasher();
  hasher.add(headerLine);
  return hasher;
}

function sealDetail(chain: BundleChain): string {
  const { seal } = chain.ends;
  if (seal === null) {
    insist(chain.fold.end === null, "the run has ended, but its seal is missing");
    return "the run has not ended: there is no seal yet, and the chain may go on";
  }
  verifyBundleSeal(chain, seal);
  const late = chain.addenda.size === 0 ? "" : `; ${chain.addenda.size} results came later and hang on the seal`;
  return `the run's end, totals and violation are sealed as the records say${late}`;
}

function eventHash(event: CanonicalObject): Buffer {
  return H("incident-event", canonicalText(event));
}

function leaf(kind: ExpectedLeaf["kind"], id: string, hash: Buffer): ExpectedLeaf {
  return { kind, id, hash: writeHash(hash) };
}
