// What the demo leaves behind: the bundle and the three documents as anybody would download them, and what the stand-alone
// verifier says of each, of a forged copy too. The verifier is given nothing but files: the server could be gone by then.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Export, exportDebrief, exportEvidence, exportSoc2, getExport } from "@/server/exports/contract";
import type { client } from "@/server/platform/http/client";

type Api = ReturnType<typeof client>;
/** The server as the agent's owner reaches it. */
export type Source = { api: Api; url: string; key: string };
export type Kept = { incident_id: string; receipts: readonly string[] };
export type Judged = { file: string; exitCode: number | null; says: string };

const VERIFIER = join("bin", "holdpoint-verify.mjs");
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 250;

const wanted = [
  { file: "evidence.json", make: exportEvidence, format: "json" },
  { file: "evidence.pdf", make: exportEvidence, format: "pdf" },
  { file: "soc2.pdf", make: exportSoc2, format: "pdf" },
  { file: "executive-debrief.pdf", make: exportDebrief, format: "pdf" },
] as const;

/** Downloads everything into the folder; gives the bundles by file. Throws ProblemError, and Error when one cannot be made. */
export async function download(
  source: Source,
  { incident_id, receipts }: Kept,
  folder: string,
): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true });
  const bundles = new Map<string, string>();
  for (const { file, make, format } of wanted) {
    const body = { format, export_reason: "A demo of the evidence", prepared_for: "Whoever asks" };
    const asked = await source.api.call(make, { params: { incident_id }, body });
    writeFileSync(join(folder, file), await bytesOf(source, await whenReady(source.api, asked)));
    bundles.set(file, asked.bundle_id);
  }
  // Published by the server here. Whoever checks evidence in earnest gets the key over a way of their own.
  const keys = await fetch(`${source.url}/.well-known/holdpoint-keys.json`);
  writeFileSync(join(folder, "keys.json"), await keys.text());
  writeFileSync(join(folder, "receipts.json"), `${JSON.stringify(receipts, null, 2)}\n`);
  return bundles;
}

async function whenReady(api: Api, { bundle_id, status }: Export): Promise<string> {
  let now: string = status;
  for (const until = Date.now() + PATIENCE_MS; now === "generating" && Date.now() < until; await sleep(LOOK_EVERY_MS)) {
    const { entity } = await api.call(getExport, { params: { bundle_id } });
    now = entity.status;
  }
  if (now !== "ready") throw new Error(`the bundle ${bundle_id} is ${now}`);
  return bundle_id;
}

async function bytesOf({ url, key }: Source, bundleId: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/api/v1/exports/${bundleId}/download`, { headers });
  if (!answer.ok) throw new Error(`the download of ${bundleId} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** What a cheat would change: the limit that the run broke, and a byte of the signed document. */
export function forge(folder: string): readonly string[] {
  const bundle = readFileSync(join(folder, "evidence.json"), "utf8");
  const raised = bundle.replaceAll('"10000"', '"99999"');
  if (raised === bundle) throw new Error("the bundle does not name the limit");
  writeFileSync(join(folder, "forged-evidence.json"), raised);
  const document = readFileSync(join(folder, "evidence.pdf"));
  const at = document.length >> 1;
  document[at] = (document[at] ?? 0) ^ 1;
  writeFileSync(join(folder, "forged-evidence.pdf"), document);
  return ["forged-evidence.json", "forged-evidence.pdf"];
}

/** Runs the verifier on each file; all it said is kept in `verdict.txt`. */
export function judge(folder: string, files: readonly string[]): Judged[] {
  const judged = files.map((file) => {
    const receipts = file.endsWith("evidence.json") ? ["--receipts", join(folder, "receipts.json")] : [];
    const command = [VERIFIER, join(folder, file), "--key", join(folder, "keys.json"), ...receipts];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
    return { file, exitCode: status, says: stdout + stderr, command: `node ${command.join(" ")}` };
  });
  const verdict = judged.map(({ command, says, exitCode }) => `$ ${command}\n${says}exit code ${exitCode}\n`);
  writeFileSync(join(folder, "verdict.txt"), verdict.join("\n"));
  return judged;
}
