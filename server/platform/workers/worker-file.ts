// Where the bundled program of a worker thread lies. Next bundles route files its own way and knows nothing of our
// worker threads, so they are bundled beside the server (scripts/workers.mjs) and found by the working folder.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { env } from "@/server/platform/env/env";

const run = promisify(execFile);
const made = new Map<string, Promise<string>>();

/** The path to hand to `new Worker`. Outside of production it is made of the present sources, once a process. */
export async function workerFile(name: string): Promise<string> {
  const file = join(process.cwd(), ".build", "workers", `${name}.mjs`);
  if (env.NODE_ENV === "production" && existsSync(file)) return file;
  const making = made.get(name) ?? make(name, file);
  made.set(name, making);
  return making;
}

async function make(name: string, file: string): Promise<string> {
  try {
    await run(process.execPath, [join(process.cwd(), "scripts", "workers.mjs"), name]);
    return file;
  } catch (error) {
    // The next need tries again: a source may be mended by then.
    made.delete(name);
    throw error;
  }
}
