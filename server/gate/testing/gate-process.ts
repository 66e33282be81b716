// Starts, kills and stops the gate's process (gate-server.ts). Only processes that were started here are ever signalled.

import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { macKey, signingKey } from "@/server/platform/env/secrets";

const entry = join("server", "gate", "testing", "gate-server.ts");
// In a process of its own: the bundler finds the project by where its own file lies, which is not so inside of a bundle.
const BUNDLE = `import { bundle } from "./scripts/bundle.mjs";
  const [entry, outfile] = process.argv.slice(1);
  await bundle({ entryPoints: [entry], outfile });`;

let built: Promise<string> | null = null;

// Written aside and renamed, because another test may be starting the same program.
async function buildProgram(): Promise<string> {
  const program = join(".build", "programs", "gate-server.mjs");
  const draft = join(".build", "programs", `gate-server-${process.pid}.mjs`);
  try {
    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", BUNDLE, entry, draft]);
    renameSync(draft, program);
  } finally {
    for (const left of [draft, `${draft}.map`]) rmSync(left, { force: true });
  }
  return program;
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null };

/** One address, and behind it one process after the other over one database. */
export class GateProcess {
  port = 0;
  readonly #program: string;
  readonly #settings: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #said = "";

  private constructor(program: string, settings: NodeJS.ProcessEnv) {
    this.#program = program;
    this.#settings = settings;
  }

  /** Bundles the program and starts it on a free port. The working folder is the project's. */
  static async start(databaseUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<GateProcess> {
    built ??= buildProgram();
    const program = await built;
    const gate = new GateProcess(program, {
      DATABASE_URL: databaseUrl,
      // The deployment's keys are this process's: what it writes itself belongs to the same deployment.
      HOLDPOINT_MAC_KEY: macKey(),
      HOLDPOINT_SIGNING_KEY: signingKey().export({ format: "pem", type: "pkcs8" }).toString(),
      HOST: "127.0.0.1",
      NODE_ENV: "production",
      LOG_LEVEL: "error",
      ...settings,
    });
    await gate.startAgain();
    return gate;
  }

  /** Starts the process again where it was; resolves when it listens. */
  async startAgain(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-gate-"));
    const child = fork(this.#program, [], {
      env: { HOLDPOINT_DATA_DIR: folder, ...this.#settings, PORT: String(this.port) },
      silent: true,
    });
    this.#child = child;
    // Whoever ends it, and however.
    child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        this.#said = (this.#said + bytes.toString("utf8")).slice(-20_000);
      });
    }
    this.port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message: { port: number }) => resolve(message.port));
      child.once("exit", (code) => reject(new Error(`the gate ended with ${code} before it listened:\n${this.#said}`)));
      child.once("error", reject);
    });
  }

  /** False once the process has ended, by itself or not. */
  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last of what the process wrote. */
  get said(): string {
    return this.#said;
  }

  /** Signals the process and waits until it is gone. Throws when it was gone before: then it ended by itself. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<Ended> {
    const child = this.#child;
    if (child === null || !this.isRunning) throw new Error(`the gate had ended by itself:\n${this.#said}`);
    const exited = once(child, "exit");
    child.kill(signal);
    const [code, by] = await exited;
    return { code, signal: by };
  }
}
