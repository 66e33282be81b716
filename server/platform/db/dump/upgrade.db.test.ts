import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { restoreDump } from "@/server/platform/db/dump/restore-dump";
import { writeDump } from "@/server/platform/db/dump/write-dump";
import { createCluster } from "@/server/platform/db/embedded/cluster";
import { setDataAside, startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { openHome } from "@/server/platform/db/embedded/home";
import { runtimeAt } from "@/server/platform/db/embedded/runtime";
import { migrate } from "@/server/platform/db/migrate";
import { newSecret, secretFile } from "@/server/platform/env/secrets";

const olderPrograms = "/usr/lib/postgresql/15/bin";
const hasOlder = existsSync(olderPrograms);
let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-upgrade-"));
  chmodSync(folder, 0o755);
  dataDir = join(folder, "data");
  if (hasOlder) await makeOlderData();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What an app that brought PostgreSQL 15 would have left: its data, and its programs beside it.
async function makeOlderData(): Promise<void> {
  const home = openHome(dataDir);
  mkdirSync(home.runtimes, { recursive: true });
  symlinkSync(dirname(olderPrograms), join(home.runtimes, "15.0"));
  const password = secretFile("database-superuser", newSecret, dataDir);
  await createCluster({ data: home.data, runtime: runtimeAt(olderPrograms), user: home.user, password });
}

it.runIf(hasOlder)("carries data of an older PostgreSQL over to the one that is brought", async () => {
  await expect(startEmbeddedDatabase(dataDir)).rejects.toThrow(/written by PostgreSQL 15.*db:dump/);

  const old = await startEmbeddedDatabase(dataDir, true);
  await migrate(old.migrationUrl, new URL(old.url).username);
  const before = postgres(old.superuserUrl, { max: 1, onnotice: () => {} });
  await before`insert into tenants (id, name, slug) values (gen_random_uuid(), 'Kept', 'kept')`;
  await before.end();
  await writeDump(old.superuserUrl, join(folder, "dump"));
  await old.stop();

  expect(await setDataAside(dataDir)).toMatch(/pgdata\.\d+/);
  const brought = await startEmbeddedDatabase(dataDir);
  await migrate(brought.migrationUrl, new URL(brought.url).username);
  await restoreDump(brought.superuserUrl, join(folder, "dump"));
  const after = postgres(brought.superuserUrl, { max: 1 });
  const [row] = await after`select name, current_setting('server_version_num')::int / 10000 as major from tenants`;
  expect(row).toEqual({ name: "Kept", major: 18 });
  await after.end();
  await brought.stop();
});
