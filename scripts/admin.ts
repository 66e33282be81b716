// npm run admin -- <command>: what operators do beside the running app, or without one. Prints one JSON line on success;
// exit code 1 when it cannot be done, 2 when it was asked wrongly.

import { parseArgs } from "node:util";
import { z } from "zod";
import { issueFirstKey } from "@/server/account/bootstrap";
import { OperatorTenant } from "@/server/account/contract";
import { createTenant } from "@/server/account/make-tenant";
import { resetPassword, resetSecondFactor } from "@/server/account/reset-password";
import { mintApiKey } from "@/server/platform/auth/api-key";
import { closePools } from "@/server/platform/db/client";
import { findRunningDatabase, startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { migrate } from "@/server/platform/db/migrate";
import { asSystem } from "@/server/platform/db/system-db";
import { env, provideDatabase } from "@/server/platform/env/env";
import { toProblem } from "@/server/platform/http/failures";
import { log } from "@/server/platform/log/log";
import { acknowledgeLogBreak } from "@/server/transparency/acknowledgement";
import { rotateSigningKey } from "@/server/transparency/rotation";

const usage = `usage: npm run admin -- <command>
  create-tenant --name <name> --email <owner's email> --password <at least 8 characters>
      makes a tenant, its owner and an API key of every scope; prints { tenant_id, user_id, api_key }
  reset-password --email <email> --password <at least 8 characters>
      sets a password and ends the user's sessions; prints { user_id }
  reset-second-factor --email <email>
      lets the password alone sign in again, and ends the user's sessions; prints { user_id }
  list-tenants
      prints { tenants: [ { tenant_id, name, plan, status, created_at } ] }, at most 1 000
  rotate-signing-key
      puts a new signing key in the place of the old one; prints { fingerprint, predecessor, tenants, halted }
  acknowledge-log-break <tenant>
      lets a halted evidence log go on from where it stands; prints { tenant_id, reason, size, kept, dropped }`;

class UsageError extends Error {}

type Flags = Readonly<Record<string, string | undefined>>;

const commands: Readonly<Record<string, (flags: Flags, rest: readonly string[]) => () => Promise<object>>> = {
  "create-tenant": (flags) => {
    const { name, ...owner } = checked(OperatorTenant, flags);
    return async () => {
      const key = mintApiKey();
      const also = (db: Parameters<typeof issueFirstKey>[0]) => issueFirstKey(db, { key, name: "First key" });
      const made = await createTenant({ name, owner, through: "admin", also });
      return { tenant_id: made.tenantId, user_id: made.userId, api_key: key };
    };
  },
  "reset-password": (flags) => {
    const { email, password } = checked(OperatorTenant.omit({ name: true }), flags);
    return async () => {
      const userId = await resetPassword(email, password);
      if (userId === null) throw new Error("There is no account with this email.");
      return { user_id: userId };
    };
  },
  "reset-second-factor": (flags) => {
    const { email } = checked(OperatorTenant.pick({ email: true }), flags);
    return async () => {
      const userId = await resetSecondFactor(email);
      if (userId === null) throw new Error("There is no account with this email.");
      return { user_id: userId };
    };
  },
  "list-tenants": (flags) => {
    if (Object.keys(flags).length > 0) throw new UsageError("list-tenants takes no options");
    return async () => ({ tenants: await listTenants() });
  },
  "rotate-signing-key": (flags) => {
    if (Object.keys(flags).length > 0) throw new UsageError("rotate-signing-key takes no options");
    return rotateSigningKey;
  },
  "acknowledge-log-break": (flags, [tenant, ...more]) => {
    const id = z.guid().toLowerCase().safeParse(tenant);
    if (!id.success || more.length > 0 || Object.keys(flags).length > 0) {
      throw new UsageError("acknowledge-log-break takes one tenant's id");
    }
    return () => acknowledgeLogBreak(id.data);
  },
};

function checked<T>(
  schema: {
    safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
  },
  flags: Flags,
): T {
  const parsed = schema.safeParse(flags);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    issue.code === "unrecognized_keys" ? `it takes no --${issue.keys?.join(", --")}` : faultOf(issue, flags),
  );
  throw new UsageError(faults.join("\n"));
}

interface Issue {
  code?: string | undefined;
  path: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
}

function faultOf({ path, message }: Issue, flags: Flags): string {
  const name = String(path[0] ?? "");
  return flags[name] === undefined ? `--${name} is missing` : `--${name}: ${message}`;
}

function listTenants() {
  return asSystem(
    "account: is there any tenant",
    (sql) => sql<object[]>`
      select id as tenant_id, name, plan, status, created_at from tenants order by created_at, id limit 1000`,
  );
}

function parse(args: readonly string[]): () => Promise<object> {
  const [name, ...rest] = args;
  const command = name === undefined || !Object.hasOwn(commands, name) ? undefined : commands[name];
  if (command === undefined) throw new UsageError(name === undefined ? "a command is missing" : `no command ${name}`);
  const option = { type: "string" } as const;
  try {
    const options = { name: option, email: option, password: option };
    const { values, positionals } = parseArgs({
      args: rest,
      options,
      allowPositionals: name === "acknowledge-log-break",
    });
    return command(values, positionals);
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

/** Beside a running app its database is used; without one the embedded database runs for as long as the command. */
async function withDatabase(work: () => Promise<object>): Promise<object> {
  const given = env.DATABASE_URL ?? (await findRunningDatabase(env.HOLDPOINT_DATA_DIR));
  const database = given === null ? await startEmbeddedDatabase(env.HOLDPOINT_DATA_DIR) : null;
  const url = database?.url ?? given ?? "";
  const migrationUrl = database?.migrationUrl ?? env.DATABASE_MIGRATION_URL ?? url;
  try {
    provideDatabase({ url, migrationUrl });
    if (!(await isMigrated())) await migrate(migrationUrl, new URL(url).username);
    return await work();
  } finally {
    await closePools();
    await database?.stop();
  }
}

// Migrating takes heavy locks, which an app that runs on the same server would feel.
async function isMigrated(): Promise<boolean> {
  try {
    await asSystem("account: is there any tenant", (sql) => sql`select from tenants limit 1`);
    return true;
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  log.level = "silent";
  try {
    const work = parse(process.argv.slice(2));
    console.info(JSON.stringify(await withDatabase(work)));
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : explain(error));
  }
}

function explain(error: unknown): string {
  const { definition, members } = toProblem(error);
  if (definition.status === 500) return error instanceof Error ? error.message : String(error);
  return members.detail ?? `${definition.title}.`;
}

await main();
