import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { checkDump, restoreDump } from "@/server/platform/db/dump/restore-dump";
import { writeDump } from "@/server/platform/db/dump/write-dump";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { cloneTemplate, dropDatabase, type TestDatabase } from "@/server/platform/db/testing/template";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";

const folder = mkdtempSync(join(tmpdir(), "holdpoint-dump-"));
let target: TestDatabase;

beforeAll(async () => {
  target = await cloneTemplate(inject("template"));
  await mintTenant();
  await mintTenant({ settings: { note: 'tab\t, newline\n, backslash \\ and "quotes" \u{1f512}' } });
});

afterAll(async () => {
  await dropDatabase(inject("template"), target.name);
  rmSync(folder, { recursive: true });
});

const settingsIn = async (url: string) => {
  const sql = postgres(url, { max: 1 });
  const rows = await sql`select tenant_id, settings, updated_at from tenant_controls order by tenant_id`;
  await sql.end();
  return rows;
};

describe("a dump", () => {
  const dump = join(folder, "whole");

  it("is restored row by row, and only into a database without tenants", async () => {
    const written = await writeDump(testDatabase().superuserUrl, dump);
    expect(written.tables.find(({ name }) => name === "public.tenants")).toMatchObject({ rows: 2 });
    await restoreDump(target.superuserUrl, dump);
    expect(await settingsIn(target.superuserUrl)).toEqual(await settingsIn(testDatabase().superuserUrl));
    await expect(restoreDump(target.superuserUrl, dump)).rejects.toThrow(/has tenants already/);
  });

  it("leaves the triggers and keys of the restored database in force", async () => {
    const sql = postgres(target.superuserUrl, { max: 1 });
    const [row] = await sql`select current_setting('session_replication_role') as role`;
    expect(row?.role).toBe("origin");
    await expect(sql`delete from tenants`).rejects.toMatchObject({ code: "23503" });
    await sql.end();
  });

  it("with one byte more is refused before anything is touched", async () => {
    const changed = join(folder, "changed");
    await writeDump(testDatabase().superuserUrl, changed);
    appendFileSync(join(changed, "public.tenants.copy"), "x");
    await expect(checkDump(changed)).rejects.toThrow(/tenants\.copy is not what was dumped/);
  });

  it("is refused to a login that row security holds back", async () => {
    await expect(writeDump(testDatabase().migrationUrl, join(folder, "partial"))).rejects.toThrow(/superuser/);
  });

  it("of another version is refused", async () => {
    const other = join(folder, "other");
    await inspect()`update drizzle.__drizzle_migrations set hash = 'other'`;
    await writeDump(testDatabase().superuserUrl, other);
    const empty = await cloneTemplate(inject("template"));
    await expect(restoreDump(empty.superuserUrl, other)).rejects.toThrow(/restore it with the version that wrote it/);
    await dropDatabase(inject("template"), empty.name);
  });
});
