// The migrated template that test databases are cloned from, and its two roles. As in production the login owns nothing
// and does not bypass row security, so a missing grant fails a test.

import { createHash, randomBytes } from "node:crypto";
import postgres from "postgres";
import { ensureDatabase, type RoleAndPassword } from "@/server/platform/db/embedded/cluster";
import { migrate } from "@/server/platform/db/migrate";

export type Template = { superuserUrl: string; name: string; owner: RoleAndPassword; login: RoleAndPassword };

/** `url` is the app's login, `migrationUrl` the owner's; `superuserUrl` sees every tenant's rows. */
export type TestDatabase = { name: string; url: string; migrationUrl: string; superuserUrl: string };

export async function makeTemplate(superuserUrl: string): Promise<Template> {
  // Derived, so that two runs at once on one server agree on it.
  const password = createHash("sha256").update(`holdpoint tests ${superuserUrl}`).digest("hex");
  const template = {
    superuserUrl,
    name: `holdpoint_template_${randomBytes(4).toString("hex")}`,
    owner: { role: "holdpoint_test_owner", password },
    login: { role: "holdpoint_test", password },
  };
  await ensureDatabase(superuserUrl, template);
  await migrate(addressesOf(template, template.name).migrationUrl, template.login.role);
  return template;
}

/** Clones the template under a new name. */
export async function cloneTemplate(template: Template): Promise<TestDatabase> {
  const name = `holdpoint_test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(
    template,
    (sql) => sql`
    create database ${sql(name)} template ${sql(template.name)} owner ${sql(template.owner.role)}`,
  );
  return addressesOf(template, name);
}

export function addressesOf(template: Template, name: string): TestDatabase {
  const { superuserUrl, owner, login } = template;
  const { username, password } = new URL(superuserUrl);
  const address = (user: string, secret: string) => {
    const url = new URL(superuserUrl);
    url.username = user;
    url.password = secret;
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    name,
    url: address(login.role, login.password),
    migrationUrl: address(owner.role, owner.password),
    superuserUrl: address(username, password),
  };
}

export async function dropDatabase(template: Template, name: string): Promise<void> {
  await asSuperuser(template, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
}

async function asSuperuser(template: Template, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(template.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
