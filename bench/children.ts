// The processes of a bench: this program again, in another role, answering one message at a time.

import { type ChildProcess, fork } from "node:child_process";
import type { BenchDatabase } from "@/bench/database";

/** `serve` is the gate and its floors, `product` what a server runs for documents, `console` all operations. */
export type ServerRole = "serve" | "product" | "console";

/** CPU in microseconds since the start, memory in bytes of resident memory; `peak` since the start or the last `usage from now`. */
export type Usage = { cpu: number; memory: number; peak: number };

export type MeasuredServer = {
  port: number;
  usage(question?: "usage" | "usage from now"): Promise<Usage>;
  close(): void;
};

export async function startServer(database: BenchDatabase, role: ServerRole): Promise<MeasuredServer> {
  const child = startChild(role, database);
  const close = () => child.disconnect();
  try {
    const { port } = await next<{ port: number }>(child);
    return { port, usage: (question = "usage") => ask<Usage>(child, question), close };
  } catch (error) {
    if (child.connected) close();
    throw error;
  }
}

export function startChild(role: ServerRole | "load", database: BenchDatabase): ChildProcess {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ DATABASE_URL: database.url, DATABASE_MIGRATION_URL: database.migrationUrl },
    ...{ NODE_ENV: "production", LOG_LEVEL: "warn" },
  };
  return fork(process.argv[1] ?? "", [role], { env });
}

/** Rejects when the child ends first. */
export function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  child.send(message);
  return next<T>(child);
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}
