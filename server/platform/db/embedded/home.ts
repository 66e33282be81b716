// Where the embedded database lives: `<data folder>/database`, unless it runs as another user who cannot enter there.
// Then it lives below /var/lib/holdpoint, and a pointer in the data folder says where.

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type DatabaseUser, databaseUser, mayEnter } from "@/server/platform/db/embedded/database-user";
import { log } from "@/server/platform/log/log";

const ELSEWHERE = "/var/lib/holdpoint";

export type Home = { folder: string; data: string; lock: string; runtimes: string; user: DatabaseUser | null };

/** Finds or makes the database's home for this data folder, and says so when it lies elsewhere. */
export function openHome(dataDir: string): Home {
  const dataFolder = makeFolder(resolve(dataDir));
  const pointer = join(dataFolder, "database-home");
  const pointed = existsSync(pointer) ? readFileSync(pointer, "utf8").trim() : null;
  const inside = join(dataFolder, "database");
  const user = databaseUser(join(pointed ?? inside, "pgdata"));
  if (pointed !== null || existsSync(inside)) return reopen(pointed ?? inside, user);
  if (mayEnter(user, dataFolder)) return homeAt(makeFolder(inside), user);
  const outside = join(ELSEWHERE, `${basename(dirname(dataFolder))}-${randomBytes(4).toString("hex")}`);
  const home = homeAt(makeFolder(outside), user);
  writeFileSync(pointer, `${outside}\n`);
  log.info(`The database's user cannot enter ${dataFolder}: its programs and data are in ${outside}`);
  return home;
}

function reopen(folder: string, user: DatabaseUser | null): Home {
  if (!existsSync(folder)) {
    throw new Error(`The database's folder ${folder} is gone. Restore it, or remove the data folder to start anew.`);
  }
  if (!mayEnter(user, folder)) {
    throw new Error(`The database's user (uid ${user?.uid}) may not enter ${folder}: chmod a+x the folders above it.`);
  }
  return homeAt(folder, user);
}

// PostgreSQL reports its folder with links resolved, and is found again by it.
function homeAt(folder: string, user: DatabaseUser | null): Home {
  const real = realpathSync(folder);
  const runtimes = join(real, "programs");
  makeFolder(runtimes);
  return { folder: real, data: join(real, "pgdata"), lock: join(real, "app.lock"), runtimes, user };
}

// Under root the database's user passes through; the modes of what lies inside keep it out of everything not its own.
function makeFolder(path: string): string {
  if (existsSync(path)) return path;
  makeFolder(dirname(path));
  mkdirSync(path, { recursive: true });
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700);
  return path;
}
