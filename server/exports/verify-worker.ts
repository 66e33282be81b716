// The program of the thread that checks a file: its bytes in, a verdict out.

import { parentPort, workerData } from "node:worker_threads";
import type { TrustedKey } from "@/server/evidence/bundle-trust";
import { AttachmentTooLarge } from "@/server/evidence/embedded-file";
import { verifyBundle } from "@/server/evidence/verify-bundle";
import type { FileVerdict } from "@/server/exports/contract";
import { standBehind } from "@/server/platform/workers/behind-the-gate";

export type VerifyTask = {
  bytes: Uint8Array<ArrayBuffer>;
  trustedKeys: readonly TrustedKey[];
  /** Bytes. */
  mostAttached: number;
};

standBehind();
const { bytes, ...options }: VerifyTask = workerData;

/** Null: the document's attachment is longer than this operation looks at. */
function verdict(): FileVerdict | null {
  try {
    const { verified, signer, checks, first_failure } = verifyBundle(bytes, options);
    return { verified, signer, checks: [...checks], first_failure };
  } catch (error) {
    if (error instanceof AttachmentTooLarge) return null;
    throw error;
  }
}

parentPort?.postMessage(verdict());
