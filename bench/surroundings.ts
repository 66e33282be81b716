// Loaded before everything else: the keys, the checkpoint file and every other file of a bench lie in a folder of its own,
// which is removed at the end, and the processes that it starts share it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Only what a bench started has somebody to send to.
const isStarted = process.send !== undefined;

if (!isStarted) {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
  process.env.HOLDPOINT_DATA_DIR = folder;
  for (const name of ["AUTH_SECRET", "HOLDPOINT_MAC_KEY", "HOLDPOINT_SIGNING_KEY", "CHECKPOINT_FILE"]) {
    delete process.env[name];
  }
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
}

/** A path in the bench's own folder. */
export function temporary(name: string): string {
  return join(process.env.HOLDPOINT_DATA_DIR ?? tmpdir(), name);
}
