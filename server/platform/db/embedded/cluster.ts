// Making a cluster, and the login and database the app uses in it.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import type { DatabaseUser } from "@/server/platform/db/embedded/database-user";
import { programEnvironment, type Runtime } from "@/server/platform/db/embedded/runtime";
import { log } from "@/server/platform/log/log";

export const SUPERUSER = "postgres";

export type RoleAndPassword = { role: string; password: string };

export type DatabaseAndRoles = { name: string; owner: RoleAndPassword; login: RoleAndPassword };

/**
 * Makes a cluster at `data` whose superuser has this password. It appears under its name only when complete, so a kill
 * in between leaves nothing that looks like data.
 */
export async function createCluster(options: {
  data: string;
  runtime: Runtime;
  user: DatabaseUser | null;
  password: string;
}): Promise<void> {
  const { data, runtime, user } = options;
  const draft = `${data}.draft-${randomBytes(4).toString("hex")}`;
  const passwordFile = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  for (const path of user === null ? [] : [draft, passwordFile]) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  try {
    const flags = ["-D", draft, "-U", SUPERUSER, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
    await promisify(execFile)(
      join(runtime.bin, "initdb"),
      [...flags, "--data-checksums", "--no-instructions", ...localeFlags(runtime)],
      { ...(user ?? {}), cwd: "/", env: programEnvironment },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(draft, 0o700);
  renameSync(draft, data);
}

/**
 * Deletes what first starts that were killed have left. The initdb of one may still be writing, which is why each has a
 * draft of its own and why a folder that does not go now is left to the next start.
 */
export function removeDrafts(data: string): void {
  const folder = dirname(data);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(`${basename(data)}.draft-`))) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch (error) {
      log.warn({ err: error }, "a draft of the database could not be deleted yet");
    }
  }
}

/** The major version that wrote the cluster at `data`; null when there is no cluster. */
export function clusterMajor(data: string): number | null {
  const file = join(data, "PG_VERSION");
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : null;
}

/**
 * Makes sure of a database and the two roles around it: `owner` runs migrations and may create roles, because migrations
 * make those the app works under; `login` is what the app signs in as and owns nothing. Neither is a superuser nor
 * bypasses row security. Repeating it is harmless.
 */
export async function ensureDatabase(superuserUrl: string, wanted: DatabaseAndRoles): Promise<void> {
  const { name, owner, login } = wanted;
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await ensureRole(sql, owner, "createrole");
    await ensureRole(sql, login, "nocreaterole noinherit");
    const [database] = await sql`select 1 from pg_database where datname = ${name}`;
    if (database === undefined) await sql`create database ${sql(name)} owner ${sql(owner.role)}`;
    await sql`revoke all on database ${sql(name)} from public`;
    await sql`grant connect on database ${sql(name)} to ${sql(login.role)}`;
  } finally {
    await sql.end();
  }
}

async function ensureRole(sql: postgres.Sql, role: RoleAndPassword, attributes: string): Promise<void> {
  const [known] = await sql`select 1 from pg_roles where rolname = ${role.role}`;
  const verb = known === undefined ? "create" : "alter";
  const [statement] = await sql<{ text: string }[]>`
    select format(${`${verb} role %I login ${attributes} nosuperuser nobypassrls password %L`}, ${role.role}::text,
      ${role.password}::text) as text`;
  await sql.unsafe(statement?.text ?? "");
}

// One order of text on every machine, whatever locales are installed. PostgreSQL 17 brought a built-in one.
function localeFlags(runtime: Runtime): string[] {
  if (runtime.major < 17) return ["--locale=C.UTF-8"];
  return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
}
