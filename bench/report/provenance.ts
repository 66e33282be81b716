// Where and on what a section was measured.

import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import type { BenchDatabase } from "@/bench/database";

// On a machine that is busy with other things not even the ratios mean much.
const [loadBefore = 0] = loadavg();

/** `database` is null where none took part. */
export function provenance(database: BenchDatabase | null): string {
  const postgres = database === null ? "" : `; PostgreSQL ${database.version} (${settingsOf(database)})`;
  return `${machine()}${postgres}; ${commit()}.`;
}

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = `load ${loadBefore.toFixed(1)} before the run`;
  return `${cpus().length} × ${cpu?.model.trim() ?? "CPU"}, ${memory} GiB, ${load}, Node ${process.versions.node}`;
}

function settingsOf({ settings }: BenchDatabase): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
    const isClean = git("status", "--porcelain", "--", ":!bench/RESULTS.md") === "";
    return `commit ${git("rev-parse", "--short", "HEAD")}${isClean ? "" : " with changes"}`;
  } catch {
    return "outside of a repository";
  }
}
