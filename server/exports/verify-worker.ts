// The program of the thread that checks a file: its bytes in, a verdict out.

import { parentPort, workerData } from "node:worker_threads";
import type { TrustedKey } from "@/server/evidence/bundle-trust";
import { verifyBundle } from "@/server/evidence/verify-bundle";
import type { FileVerdict } from "@/server/exports/contract";
import { standBehind } from "@/server/platform/workers/behind-the-gate";

export type VerifyTask = { bytes: Uint8Array<ArrayBuffer>; trustedKeys: readonly TrustedKey[] };

standBehind();
const task: VerifyTask = workerData;
const { trustedKeys } = task;
const { verified, signer, checks, first_failure } = verifyBundle(task.bytes, { trustedKeys });
const verdict: FileVerdict = { verified, signer, checks: [...checks], first_failure };
parentPort?.postMessage(verdict);
