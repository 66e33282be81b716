// What was signed last, out of the database's reach: one line a checkpoint, only ever appended. A database that was rolled
// back, or whose rows were put back by somebody, does not agree with it. Several processes append to one file: a line is
// one write of a few hundred bytes, and each reads what the others have added before it relies on it.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { readHash, writeHash } from "@/server/evidence/hash";
import { env } from "@/server/platform/env/env";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";

const CHUNK = 1 << 20;
const LF = 10;

const Line = z.object({
  tenant_id: z.string(),
  origin: z.string(),
  size: z.int().min(0),
  root: z.string(),
  signed_at: z.string().optional(),
  /** An owner took this state of the log as its new beginning. */
  acknowledged_at: z.string().optional(),
  note: z.string().optional(),
});
type Line = z.output<typeof Line>;

/** The newest of a tenant: what its log must contain. */
export type Head = { origin: string; size: number; root: Buffer };
export type NewLine = { tenantId: string; head: Head } & ({ signedAt: Date; note: string } | { acknowledgedAt: Date });

/** The process's file: CHECKPOINT_FILE, or checkpoints.log in the data folder. */
export function checkpointFile(): CheckpointFile {
  const path = resolve(
    /* turbopackIgnore: true */ env.CHECKPOINT_FILE ?? join(env.HOLDPOINT_DATA_DIR, "checkpoints.log"),
  );
  return once("checkpoint-file", () => new CheckpointFile(path));
}

export class CheckpointFile {
  readonly #path: string;
  readonly #heads = new Map<string, Head>();
  #read = { file: "", offset: 0, rest: Buffer.alloc(0) };
  /** One after the other: reading moves the place where the next reading begins. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** The newest line of the tenant; null when the file has none. Throws when the file cannot be read. */
  headOf(tenantId: string): Promise<Head | null> {
    return this.#alone(async (file) => {
      await this.#catchUp(file);
      return this.#heads.get(tenantId) ?? null;
    });
  }

  /** Resolves when the line is on the disk. */
  append(line: NewLine): Promise<void> {
    return this.#alone(async (file) => {
      await this.#catchUp(file);
      // What a crash cut off has no end of line; without one of ours, it would take this line with it.
      const text = `${this.#read.rest.length > 0 ? "\n" : ""}${JSON.stringify(written(line))}\n`;
      await file.appendFile(text);
      await file.datasync();
    });
  }

  #alone<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const file = await this.#open();
      try {
        return await work(file);
      } finally {
        await file.close();
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    return open(this.#path, "a+", 0o600);
  }

  async #catchUp(file: FileHandle): Promise<void> {
    const { ino, dev, size } = await file.stat();
    const name = `${dev}/${ino}`;
    // Another file, or a shorter one: somebody put it back or cut it. What stands there now counts.
    if (name !== this.#read.file || size < this.#read.offset) {
      this.#heads.clear();
      this.#read = { file: name, offset: 0, rest: Buffer.alloc(0) };
    }
    const chunk = Buffer.alloc(Math.min(CHUNK, Math.max(0, size - this.#read.offset)));
    while (this.#read.offset < size) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#read.offset);
      if (bytesRead === 0) return;
      this.#read.offset += bytesRead;
      this.#take(Buffer.concat([this.#read.rest, chunk.subarray(0, bytesRead)]));
    }
  }

  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(LF) + 1;
    this.#read.rest = Buffer.from(bytes.subarray(end));
    for (const text of bytes.subarray(0, end).toString("utf8").split("\n")) {
      const line = text === "" ? null : parsed(text);
      const root = line && readHash(line.root);
      if (line !== null && root !== null)
        this.#heads.set(line.tenant_id, { origin: line.origin, size: line.size, root });
      else if (text !== "") log.warn({ path: this.#path }, "a line of the checkpoint file cannot be read");
    }
  }
}

function written({ tenantId, head, ...rest }: NewLine): Line {
  const line = { tenant_id: tenantId, origin: head.origin, size: head.size, root: writeHash(head.root) };
  if ("note" in rest) return { ...line, signed_at: rest.signedAt.toISOString(), note: rest.note };
  return { ...line, acknowledged_at: rest.acknowledgedAt.toISOString() };
}

function parsed(text: string): Line | null {
  try {
    return Line.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
