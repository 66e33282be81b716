// Files and keys that a hostile reader found a way with.
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type BundleContent, type BundleFile, bundleHash } from "./bundle-file";
import { sealPdf } from "./pdf-seal";
import { isSignatureOf } from "./signed-note";
import { contentOf, entriesOf, exampleBundle } from "./testing/example-bundle";
import { ExampleKey, ExampleLog, FIRST_KEY, ORIGIN, SECOND_KEY, written } from "./testing/example-log";
import { exampleRun, refusedRun } from "./testing/example-run";
import { readTrustedKeys, UnreadableKey } from "./trusted-keys";
import { verifyBundle } from "./verify-bundle";

const [FIRST, SECOND] = [FIRST_KEY.entry.public_key, SECOND_KEY.entry.public_key];
const STRANGER = new ExampleKey(9, FIRST_KEY.entry.active_from);
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const bytesOf = (file: unknown) => Buffer.from(JSON.stringify(file));
const signerOf = (bytes: Buffer, ...trustedKeys: { public_key: string; retired_at?: string }[]) => {
  const { verified, signer, checks } = verifyBundle(bytes, { trustedKeys });
  return verified ? signer : checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
};

/** A PDF around the file, sealed by `key`. */
function sealed({ bundle, ...file }: BundleFile, key: ExampleKey): Buffer {
  const json = bytesOf({ bundle, ...file });
  const pdf = Buffer.concat([
    Buffer.from(`%PDF-1.7\n3 0 obj\n<< /Type /EmbeddedFile /Length ${json.length} >>\nstream\n`),
    json,
    Buffer.from("\nendstream\nendobj\ntrailer\n<< >>\n%%EOF\n"),
  ]);
  const { bundle_hash } = file.proof;
  return sealPdf(pdf, { origin: ORIGIN, bundle_id: String(bundle.bundle_id), bundle_hash, signers: [key.signer()] });
}

describe("C5: a document whose log the reader trusts", () => {
  it("is not trusted for it when the key that sealed it is not", async () => {
    const { file, log } = await exampleBundle(exampleRun().rows, { isRotated: true });
    // As in a rotation: the old key, which somebody may have by now, stands beside the new one.
    const checkpoint = log.checkpoint("2026-01-22T10:00:01.000Z", [FIRST_KEY, SECOND_KEY]);
    const both = { ...file, proof: { ...file.proof, checkpoint } };
    const retired = { public_key: FIRST, retired_at: SECOND_KEY.entry.active_from };
    expect(signerOf(bytesOf(both), { public_key: SECOND })).toBe("trusted");
    expect(signerOf(sealed(both, SECOND_KEY), { public_key: SECOND })).toBe("trusted");
    expect(signerOf(sealed(both, FIRST_KEY), { public_key: SECOND })).toBe("unknown");
    expect(signerOf(sealed(both, FIRST_KEY), { public_key: SECOND }, retired)).toBe("unknown");
    expect(signerOf(sealed(both, FIRST_KEY), { public_key: FIRST })).toBe("trusted");
  });
});

it("C5: a seal is not said to hold when the bundle in the document could not be read", async () => {
  const { file } = await exampleBundle();
  const pdf = sealed(
    Object.assign(structuredClone(file), { proof: { bundle_hash: file.proof.bundle_hash } }),
    FIRST_KEY,
  );
  const { checks, verified } = verifyBundle(pdf, { trustedKeys: [] });
  expect([verified, checks.filter(({ ok }) => ok)]).toEqual([false, []]);
  expect(checks.map(({ name }) => name)).toEqual(["format", "pdf_seal"]);
});

describe("C5: an attachment's dictionary that is made to keep a reader busy", () => {
  const million = 1_000_000;
  it.each([
    ["white space without end", `/Filter${" ".repeat(million)}x`],
    ["a length without end", `/Length ${"9".repeat(10 * million)} 0 R`],
    ["a length behind the end", "/Length 4294967297"],
    ["a reference without end", `/Length 3 ${"0".repeat(million)} R`],
  ])("%s is refused, and soon", (_name, dictionary) => {
    const pdf = sealPdf(
      Buffer.from(`%PDF-1.7\n3 0 obj\n<< /Type /EmbeddedFile ${dictionary} >>\nstream\n{}\nendstream\nendobj\n%%EOF\n`),
      {
        origin: ORIGIN,
        bundle_id: "EVD-000000000000",
        bundle_hash: written(Buffer.alloc(32)),
        signers: [FIRST_KEY.signer()],
      },
    );
    const from = performance.now();
    expect(verifyBundle(pdf, { trustedKeys: [{ public_key: FIRST }] })).toMatchObject({ verified: false });
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});

describe("whom to trust", () => {
  it("a key that is said to be retired is retired, whatever else is said of it and in whatever order", async () => {
    const bytes = bytesOf((await exampleBundle()).file);
    const retired = { public_key: FIRST, retired_at: "2026-01-22T09:59:00.000Z" };
    const later = { public_key: FIRST, retired_at: "2026-01-22T11:00:00.000Z" };
    for (const other of [{ public_key: FIRST }, later]) {
      expect(signerOf(bytes, retired, other)).toBe("unknown");
      expect(signerOf(bytes, other, retired)).toBe("unknown");
    }
    expect(signerOf(bytes, later, { public_key: FIRST })).toBe("trusted");
  });

  it("a retirement at no instant is not taken for none", () => {
    const of = (retired_at: unknown) => readTrustedKeys(JSON.stringify({ keys: [{ public_key: FIRST, retired_at }] }));
    expect(of(null)).toEqual([{ public_key: FIRST, retired_at: null }]);
    for (const odd of [0, false, "", "yes", "2026-01-22", "2026-01-22T09:30:00Z", [], {}]) {
      expect(() => of(odd)).toThrow(UnreadableKey);
    }
  });

  it("a point of small order is no key: anybody can sign for it", () => {
    const small = [
      ...["00".repeat(32), `01${"00".repeat(31)}`, `00${"00".repeat(30)}80`],
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      ...["ec", "ed", "ee"].map((low) => `${low}${"ff".repeat(30)}7f`),
    ].map((hex) => Buffer.from(hex, "hex"));
    // S = 1 and R = the base point: good for one message of eight at least, whoever asks.
    const forged = Buffer.from(`58${"66".repeat(31)}01${"00".repeat(31)}`, "hex");
    const messages = Array.from({ length: 400 }, (_, at) => Buffer.from(`message ${at}`));
    for (const raw of small) {
      const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
      expect(messages.some((message) => verify(null, message, key, forged))).toBe(true);
      expect(messages.some((message) => isSignatureOf(raw, message, forged))).toBe(false);
    }
  });

  it("PEM is one public key", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
    expect(readTrustedKeys(pem)).toHaveLength(1);
    for (const odd of [pem + pem, privateKey.export({ format: "pem", type: "pkcs8" }).toString(), `${pem}more`]) {
      expect(() => readTrustedKeys(odd)).toThrow(UnreadableKey);
    }
  });
});

describe("C3: outside checkpoints", () => {
  it("that contradict each other are two logs, and those nobody compares are counted", async () => {
    const { file, log } = await exampleBundle();
    const other = new ExampleLog();
    other.appendNoise(5);
    const at = "2026-01-22T09:30:10.000Z";
    const [honest, forked] = [log.checkpoint(at, [FIRST_KEY], 5), other.checkpoint(at, [FIRST_KEY])];
    const verdict = (...notes: string[]) =>
      verifyBundle(bytesOf(file), { trustedKeys: [], checkpoint: [file.proof.checkpoint, ...notes].join("") });
    const detail = (...notes: string[]) =>
      verdict(...notes).checks.find(({ name }) => name === "outside_checkpoint")?.detail;
    expect(detail(honest, forked)).toBe("two logs: with 5 leaves, two roots were seen outside");
    expect(verdict(honest, forked).verified).toBe(false);
    expect(detail(forked)).toContain("nothing here compares it with 1 other sizes");
    expect(detail()).not.toContain("compares");
  });
});

describe("figures", () => {
  it("steps of a run that has none are refused, and steps that are no list", async () => {
    for (const [rows, steps] of [
      [refusedRun().rows, [{ step_index: 1, step_type: "llm_call", tokens: 1 }]],
      [refusedRun().rows, { "0": { step_index: 1 } }],
      [exampleRun().rows, { length: 0 }],
    ] as const) {
      const honest = contentOf(rows, {});
      const forged = { ...honest, bundle: { ...honest.bundle, steps } };
      expect(signerOf(bytesOf(await signedAnew(forged, rows)))).toEqual([
        expect.stringMatching(/^figures: bundle.steps/),
      ]);
      expect(signerOf(bytesOf(await signedAnew({ ...honest, bundle: { ...honest.bundle, steps: [] } }, rows)))).toBe(
        "unknown",
      );
    }
  });
});

/** As whoever has a key can: the content in a log of its own. */
async function signedAnew(content: BundleContent, rows: Parameters<typeof contentOf>[0]): Promise<BundleFile> {
  const { file, log } = await exampleBundle(rows);
  const own = new ExampleLog();
  own.appendKey(STRANGER);
  for (const { kind, id, hash, at } of log.sources) {
    if (kind !== "key") own.append(kind, id, kind === "bundle" ? written(bundleHash(content)) : hash, at);
  }
  const at = "2026-01-22T10:00:01.000Z";
  const first = file.proof.first_checkpoint_covering_seal && {
    checkpoint: own.checkpoint(at, [STRANGER]),
    consistency: [],
  };
  const proof = { ...file.proof, bundle_hash: written(bundleHash(content)), entries: await entriesOf(own) };
  const signed = { checkpoint: own.checkpoint(at, [STRANGER]), first_checkpoint_covering_seal: first };
  return { ...content, proof: { ...proof, ...signed, key_history: [STRANGER.entry] } };
}
