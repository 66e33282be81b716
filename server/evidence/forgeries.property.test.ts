import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type BundleFile, bundleHash } from "./bundle-file";
import { contentOf, entriesOf, exampleBundle, linesOfBundle, payloadRun } from "./testing/example-bundle";
import { ExampleKey, ExampleLog, FIRST_KEY, written } from "./testing/example-log";
import { completedRun, exampleRun, refusedRun, timedOutRun } from "./testing/example-run";
import { forgeriesOf } from "./testing/json-forgeries";
import { fileHolds } from "./testing/second-file-verifier";
import { verifyBundle } from "./verify-bundle";

const TRUSTED = { trustedKeys: [{ public_key: FIRST_KEY.entry.public_key }] };
const STRANGER = new ExampleKey(9, FIRST_KEY.entry.active_from);

const BUNDLES = [
  ["a stopped run", () => exampleBundle(exampleRun().rows)],
  ["a completed run", () => exampleBundle(completedRun().rows)],
  ["a run stopped by time", () => exampleBundle(timedOutRun().rows)],
  ["a refused run", () => exampleBundle(refusedRun().rows)],
  ["a run with payloads", () => exampleBundle(payloadRun().rows, { salts: payloadRun().salts })],
  ["a run before the key was changed", () => exampleBundle(exampleRun().rows, { isRotated: true })],
] as const;

/** Neither verifier takes it. */
function expectRefused(forged: unknown, where: string): void {
  const text = JSON.stringify(forged);
  const { verified } = verifyBundle(Buffer.from(text), TRUSTED);
  expect({ where, first: verified, second: fileHolds(text) }).toEqual({ where, first: false, second: false });
}

describe.each(BUNDLES)("C3, C5: the bundle of %s", (_, make) => {
  it("holds for both verifiers, in any order of its members", async () => {
    const { file } = await make();
    for (const text of [
      JSON.stringify(file),
      JSON.stringify(shuffled(file)),
      JSON.stringify(shuffled(file), null, 1),
    ]) {
      expect(verifyBundle(Buffer.from(text), TRUSTED).checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(fileHolds(text)).toBe(true);
    }
  });

  it("holds in no other form: every value changed, dropped, doubled, swapped", async () => {
    const { file } = await make();
    // In which order the leaves are named means nothing.
    const all = forgeriesOf(file).filter(({ where }) => !/^file\.proof\.entries\[\d+\] swapped$/.test(where));
    expect(all.length).toBeGreaterThan(300);
    for (const { where, forged } of all) expectRefused(forged, where);
  });

  it("cannot be made good again without the key: content changed, and every hash with it", async () => {
    const { file } = await make();
    const { proof, ...content } = file;
    for (const { where, forged } of forgeriesOf(content, "content").filter((_, at) => at % 7 === 0)) {
      const hash = hashOrNull(forged);
      if (hash === null) continue;
      const entries = proof.entries.map((entry) => (entry.kind === "bundle" ? { ...entry, hash } : entry));
      expectRefused({ ...Object(forged), proof: { ...proof, bundle_hash: hash, entries } }, where);
    }
  });
});

describe("C3, C5: a forger", () => {
  it("with proofs of another bundle is refused", async () => {
    const one = (await exampleBundle()).file;
    const other = (await exampleBundle(completedRun().rows)).file;
    expectRefused({ ...one, proof: other.proof }, "proof of another bundle");
    expectRefused({ ...one, proof: { ...other.proof, bundle_hash: one.proof.bundle_hash } }, "with the right hash");
    for (const member of ["entries", "checkpoint", "seal", "first_checkpoint_covering_seal"] as const) {
      expectRefused({ ...one, proof: { ...one.proof, [member]: other.proof[member] } }, `${member} of another bundle`);
    }
  });

  it("who writes another run and signs it himself is a stranger, and refused where his figures lie", async () => {
    const signed = await signedBy(STRANGER, (content) => content);
    expect(verifyBundle(Buffer.from(JSON.stringify(signed)), TRUSTED)).toMatchObject({
      verified: true,
      signer: "unknown",
    });
    expect(fileHolds(JSON.stringify(signed))).toBe(true);
    for (const change of [{ total_tokens: 1 }, { violation_step_index: 1 }, { termination_reason: "completed" }]) {
      const lying = await signedBy(STRANGER, (content) => ({ ...content, bundle: { ...content.bundle, ...change } }));
      const verdict = verifyBundle(Buffer.from(JSON.stringify(lying)), TRUSTED);
      expect(verdict).toMatchObject({ verified: false, first_failure: "figures" });
      expect(fileHolds(JSON.stringify(lying))).toBe(false);
    }
  });

  it("who drops, doubles or swaps records of his own run is refused by the chain", async () => {
    for (const change of [
      (records: BundleFile["records"]) => records.slice(1),
      (records: BundleFile["records"]) => records.slice(0, -1),
      (records: BundleFile["records"]) => records.toSpliced(3, 1),
      (records: BundleFile["records"]) => records.flatMap((record, at) => (at === 2 ? [record, record] : [record])),
      (records: BundleFile["records"]) => records.toSpliced(1, 2, ...records.slice(1, 3).reverse()),
    ]) {
      const forged = await signedBy(STRANGER, (content) => ({ ...content, records: change(content.records) }));
      expectRefused(forged, "records");
    }
  });

  it("who says a thing twice is refused, whatever a careless reader would take", async () => {
    const text = JSON.stringify((await exampleBundle()).file);
    for (const member of ['"bundle_id"', '"seq"', '"proof"', '"kind"']) {
      const at = text.indexOf(member);
      const said = /^"\w+":(?:"[^"]*"|\d+|\{)/.exec(text.slice(at))?.[0] ?? expect.fail(member);
      const end = at + said.length;
      const doubled = said.endsWith("{") ? `${member}:{},${said}` : `${said},${said}`;
      const forged = text.slice(0, at) + doubled + text.slice(end);
      expect(JSON.parse(forged)).toEqual(JSON.parse(text));
      expect(verifyBundle(Buffer.from(forged), TRUSTED)).toMatchObject({ verified: false, first_failure: "format" });
    }
  });

  it("who changes JSON Lines is refused: lines dropped, doubled, swapped, one byte changed", async () => {
    const { file } = await exampleBundle();
    const lines = linesOfBundle(file).slice(0, -1).split("\n");
    const refused = (text: string, where: string) =>
      expect({ where, ...verifyBundle(Buffer.from(text), TRUSTED) }).toMatchObject({ where, verified: false });
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at] ?? "";
      refused(`${lines.toSpliced(at, 1).join("\n")}\n`, `line ${at} dropped`);
      refused(`${lines.toSpliced(at, 0, line).join("\n")}\n`, `line ${at} doubled`);
      refused(`${lines.toSpliced(at, 0, "").join("\n")}\n`, `an empty line before ${at}`);
      if (at > 0)
        refused(
          `${lines
            .with(at, lines[at - 1] ?? "")
            .with(at - 1, line)
            .join("\n")}\n`,
          `line ${at} swapped`,
        );
      const cut = randomInt(line.length);
      refused(`${lines.with(at, line.slice(0, cut)).join("\n")}\n`, `line ${at} cut at ${cut}`);
    }
    refused(lines.join("\n"), "no end of the last line");
    refused(`${lines.join("\n")}\n\n`, "an empty line at the end");
    refused(`${lines.join("\n")}\n{}\n`, "a line behind the proof");
  });

  it("1 000 random bytes of the file changed: refused, or nothing but white space", async () => {
    const bytes = Buffer.from(JSON.stringify((await exampleBundle()).file));
    for (let turn = 0; turn < 1_000; turn += 1) {
      const forged = Buffer.from(bytes);
      const at = randomInt(forged.length);
      forged[at] = (forged[at] ?? 0) ^ (1 << randomInt(8));
      expect({ at, ...verifyBundle(forged, TRUSTED) }).toMatchObject({ at, verified: false });
    }
  });
});

/** A file that agrees with itself, in a log of its own, signed by `key`. */
async function signedBy(
  key: ExampleKey,
  change: (content: ReturnType<typeof contentOf>) => ReturnType<typeof contentOf>,
): Promise<BundleFile> {
  const { file, log, rows } = await exampleBundle();
  const content = change(contentOf(rows, {}));
  const own = new ExampleLog();
  own.appendKey(key);
  for (const { kind, id, hash, at } of log.sources) {
    if (kind === "bundle") own.append(kind, id, written(bundleHash(content)), at);
    else if (kind !== "key") own.append(kind, id, hash, at);
  }
  const first = own.checkpoint("2026-01-22T09:30:30.000Z", [key], 8);
  const proof = {
    ...file.proof,
    bundle_hash: written(bundleHash(content)),
    entries: await entriesOf(own),
    checkpoint: own.checkpoint("2026-01-22T10:00:01.000Z", [key]),
    first_checkpoint_covering_seal: { checkpoint: first, consistency: await own.consistency(8) },
    key_history: [key.entry],
  };
  return { ...content, proof };
}

function hashOrNull(content: unknown): string | null {
  try {
    return written(bundleHash(Object(content)));
  } catch {
    return null;
  }
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [randomInt(1_000_000), name, shuffled(member)] as const,
  );
  members.sort(([one], [other]) => one - other);
  return Object.fromEntries(members.map(([, name, member]) => [name, member]));
}
