import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifierPath, verifierText } from "@/scripts/verifier.mjs";
import { receiptText } from "@/server/evidence/receipt";
import { signNote } from "@/server/evidence/signed-note";
import { exampleBundle, linesOfBundle } from "@/server/evidence/testing/example-bundle";
import { ExampleKey, FIRST_KEY, ORIGIN, written } from "@/server/evidence/testing/example-log";
import { RUN } from "@/server/evidence/testing/run-writer";

const KEY = FIRST_KEY.entry.public_key;
const STRANGER = new ExampleKey(9, FIRST_KEY.entry.active_from).entry.public_key;

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-verify-"));
  program = file("holdpoint-verify.mjs", "");
  copyFileSync(verifierPath, program);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs the one file far away from the project: there is nothing it could import. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("bin/holdpoint-verify.mjs", () => {
  it("is what its sources make: run `node scripts/verifier.mjs` after a change of them", async () => {
    expect(readFileSync(verifierPath, "utf8") === (await verifierText())).toBe(true);
  });

  it("imports nothing but Node's own modules, and none that opens a connection", () => {
    const text = readFileSync(verifierPath, "utf8");
    const imported = new Set([...text.matchAll(/\bfrom "([^"]+)"/g)].map((match) => match[1]));
    const allowed = ["buffer", "crypto", "fs", "fs/promises", "util", "zlib"];
    expect([...imported].filter((name) => !allowed.includes((name ?? "").replace("node:", "")))).toEqual([]);
    expect(text).not.toMatch(/\brequire\(|\bimport\(|\bfetch\(/);
  });

  it("says how it is used", () => {
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--receipts") });
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("Name one file") });
    expect(run("a", "--secret")).toMatchObject({ status: 2, stderr: expect.stringContaining("--key") });
  });
});

describe("C5: its exit code", () => {
  it("is 0 with a trusted key, in every form a key has", async () => {
    const path = file("bundle.json", JSON.stringify((await exampleBundle()).file, null, 2));
    const published = file("keys.json", JSON.stringify({ keys: [{ ...FIRST_KEY.entry, retired_at: null }] }));
    const base64 = Buffer.from(KEY, "hex").toString("base64");
    const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(KEY, "hex")]);
    const pem = file("key.pem", `-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`);
    for (const key of [KEY, base64, published, pem, file("key.txt", `${KEY}\n`)]) {
      const { status, stdout } = run(path, "--key", key);
      expect(status).toBe(0);
      expect(stdout).toContain("VERIFIED. The evidence holds");
      expect(stdout).toContain(FIRST_KEY.entry.fingerprint);
    }
    const spaced = file("spaced.json", `${JSON.stringify((await exampleBundle()).file)}\n\n \n`);
    expect(run(spaced, "--key", KEY).status).toBe(0);
    const lines = file("bundle.jsonl", linesOfBundle((await exampleBundle()).file));
    expect(run(lines, "--key", STRANGER, "--key", KEY).status).toBe(0);
  });

  it("is that of the key that was given, though a file has its name, and of no file that has the name of an option", async () => {
    const path = file("bundle.json", JSON.stringify((await exampleBundle()).file));
    const signer = STRANGER;
    file(signer, KEY);
    expect(run(path, "--key", signer).status).toBe(3);
    expect(run(path, "--key", KEY, "--help").status).toBe(2);
    expect(run("-h", "--key", KEY).status).toBe(2);
  });

  it("is 3 without one, or with another's, and names the signer", async () => {
    const path = file("bundle.json", JSON.stringify((await exampleBundle()).file));
    for (const args of [[], ["--key", STRANGER]]) {
      const { status, stdout } = run(path, ...args);
      expect(status).toBe(3);
      expect(stdout).toContain("THE SIGNER IS UNKNOWN");
      expect(stdout).toContain(FIRST_KEY.entry.fingerprint);
    }
  });

  it("is 1 when something does not hold, and says what", async () => {
    const { file: bundle } = await exampleBundle();
    const lying = { ...bundle, bundle: { ...bundle.bundle, total_tokens: 1, "\u001b[2J": "x" } };
    for (const content of [JSON.stringify(lying), linesOfBundle(lying)]) {
      const { status, stdout } = run(file("lying", content), "--key", KEY);
      expect(status).toBe(1);
      expect(stdout).toMatch(/FAIL {2}The figures follow from the records .*total_tokens is 1/);
      expect(stdout).toContain("NOT VERIFIED");
      expect(stdout).not.toContain("\u001b");
    }
  });

  it("is 2 for what cannot be read", async () => {
    const lines = linesOfBundle((await exampleBundle()).file);
    for (const content of [
      "",
      "{",
      "[]",
      "{}",
      "{}\n{}\n",
      lines.slice(0, -1),
      lines.slice(0, 5_000),
      Buffer.from([0xff, 0x0a]),
    ]) {
      expect({ content, status: run(file("broken", content), "--key", KEY).status }).toEqual({ content, status: 2 });
    }
    expect(run(join(folder, "nowhere"))).toMatchObject({ status: 2, stdout: "" });
    expect(run(folder).status).toBe(2);
    const path = file("bundle.json", lines);
    expect(run(path, "--key", "nonsense").status).toBe(2);
    expect(run(path, "--receipts", join(folder, "nowhere")).status).toBe(2);
  });

  it("turns on what was kept outside", async () => {
    const { file: bundle, rows } = await exampleBundle();
    const path = file("bundle.jsonl", linesOfBundle(bundle));
    const receipt = (seq: number, hash: Uint8Array, at: Date) => {
      const says = { origin: ORIGIN, run_id: RUN, seq, hash: written(hash), recorded_at: at.toISOString() };
      return signNote(receiptText(says), [FIRST_KEY.signer()]);
    };
    const kept = rows.records.map(({ seq, hash, recordedAt }) => receipt(seq, hash, recordedAt)).join("");
    const missing = receipt(99, rows.trace.genesisHash, rows.run.startedAt);
    const args = [path, "--key", KEY, "--checkpoint", file("checkpoint.txt", bundle.proof.checkpoint), "--receipts"];
    expect(run(...args, file("receipts.txt", kept)).status).toBe(0);
    const { status, stdout } = run(...args, file("receipts.txt", kept + missing));
    expect(status).toBe(1);
    expect(stdout).toContain("seq 99 is missing");
  });
});
