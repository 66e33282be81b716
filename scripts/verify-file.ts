// The stand-alone verifier's command line. Built into bin/holdpoint-verify.mjs by scripts/verifier.mjs: nothing but Node's
// own modules, no network, no database.

import { readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { NotLines, openLines } from "@/scripts/bundle-lines";
import type { TrustedKey } from "@/server/evidence/bundle-trust";
import type { VerifyOptions } from "@/server/evidence/file-verification";
import { readTrustedKeys, UnreadableKey } from "@/server/evidence/trusted-keys";
import type { BundleVerdict, CheckName } from "@/server/evidence/verdict";
import { isWholeLine, verifyBundle, verifyBundleLines } from "@/server/evidence/verify-bundle";

const usage = `Verifies a file of evidence from Holdpoint, with nothing but the file.

  node holdpoint-verify.mjs <file.json|file.jsonl|file.pdf> [--key <key>] [--checkpoint <file>] [--receipts <file>]

  --key         whom to trust: a public key (64 hex digits or base64), or a file: PEM, or JSON as a Holdpoint answers at
                /.well-known/holdpoint-keys.json. Get it over a way that you trust. May be given more than once.
  --checkpoint  a file with checkpoints of the same log that were kept elsewhere: is the log still the same one?
  --receipts    a file with receipts that the agent kept: is every record they are for still there?

Exit code: 0 verified, and signed by a key you gave · 1 not verified · 2 the file cannot be read
           3 the file agrees with itself, but nobody vouches for who signed it (always so without --key)
`;

const labels: Readonly<Record<CheckName, string>> = {
  format: "The file can be read in one way only",
  pdf_seal: "The document is as it was sealed",
  bundle_hash: "The content is what its hash says",
  snapshot: "The policies are those frozen at the run's start",
  chain: "The records are complete and in order",
  seal: "The end of the run is sealed",
  commitments: "Payloads are what was promised",
  figures: "The figures follow from the records",
  keys: "Each key is vouched for by the one before",
  checkpoint: "The log's checkpoint is signed",
  inclusion: "Everything stands in the signed log",
  first_checkpoint: "The log only grew since the run ended",
  outside_checkpoint: "The log is the one seen outside",
  receipts: "Every record of a receipt is there",
};

/** A command line or a file beside the bundle that cannot be used. */
class Unusable extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = commandLine();
  if (values.help === true) {
    // Nothing was verified: a file that is called -h must not pass for one that was.
    if (process.argv.length > 3) throw new Unusable(usage);
    process.stdout.write(usage);
    return 0;
  }
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new Unusable(`Name one file to verify.\n\n${usage}`);
  const options = {
    trustedKeys: (values.key ?? []).flatMap(keysOf),
    checkpoint: values.checkpoint === undefined ? undefined : readText(values.checkpoint),
    receipts: values.receipts === undefined ? undefined : readText(values.receipts),
  };
  const verdict = await verdictOn(path, options);
  process.stdout.write(report(path, verdict, options));
  return exitCode(verdict);
}

function commandLine() {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        key: { type: "string", multiple: true },
        checkpoint: text,
        receipts: text,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Unusable(`${messageOf(error)}\n\n${usage}`);
  }
}

async function verdictOn(path: string, options: VerifyOptions): Promise<BundleVerdict> {
  const lines = (await isPdf(path)) ? null : await openLines(path, isWholeLine);
  if (lines === null) return verifyBundle(readFileSync(path), options);
  try {
    return await verifyBundleLines(lines, options);
  } finally {
    await lines.close();
  }
}

async function isPdf(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.subarray(0, bytesRead).toString("latin1") === "%PDF-";
  } finally {
    await file.close();
  }
}

function exitCode({ readable, verified, signer }: BundleVerdict): number {
  if (!readable) return 2;
  if (!verified) return 1;
  return signer === "trusted" ? 0 : 3;
}

function report(path: string, verdict: BundleVerdict, options: VerifyOptions): string {
  const width = Math.max(...Object.values(labels).map((label) => label.length));
  const lines = verdict.checks.map(({ name, ok, detail }) => {
    return `  ${ok ? "ok  " : "FAIL"}  ${labels[name].padEnd(width)}  ${printable(detail)}`;
  });
  const title = `Holdpoint evidence ${verdict.bundle_id ?? ""}`.trimEnd();
  return `${printable(title)}\n  ${printable(path)}\n\n${lines.join("\n")}\n\n${conclusion(verdict, options)}\n`;
}

function conclusion(verdict: BundleVerdict, { trustedKeys }: VerifyOptions): string {
  const signed = verdict.fingerprints.map((fingerprint) => `  ${fingerprint}\n`).join("");
  switch (exitCode(verdict)) {
    case 0:
      return `VERIFIED. The evidence holds, and it is signed by a key you trust:\n${signed}`;
    case 1:
      return "NOT VERIFIED. Do not rely on this file: what fails above does not hold.";
    case 2:
      return "UNREADABLE. This is no bundle of evidence, or only a part of one.";
    default:
      return (
        `CONSISTENT, BUT THE SIGNER IS UNKNOWN. The file agrees with itself; anybody could have made one that does.\n` +
        `It is signed by\n${signed}` +
        (trustedKeys.length === 0
          ? "Get the public key of the Holdpoint it should come from over a way you trust, and run this again with --key."
          : "which none of the keys you gave is, and none of them vouches for.")
      );
  }
}

// Texts of the file are anybody's: nothing of them may steer a terminal.
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}

// A key first and a file second: else whoever sent the evidence could send a file along whose name is the key.
function keysOf(key: string): TrustedKey[] {
  try {
    return readTrustedKeys(key);
  } catch (error) {
    if (error instanceof UnreadableKey && isFile(key)) return readTrustedKeys(readText(key));
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Unusable(messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main()
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    const isExpected = error instanceof Unusable || error instanceof UnreadableKey || error instanceof NotLines;
    const isSystem = error instanceof Error && "code" in error;
    const said = isExpected || isSystem || !(error instanceof Error) ? messageOf(error) : String(error.stack);
    process.stderr.write(`The file could not be verified: ${said}\n`);
    process.exitCode = 2;
  });
