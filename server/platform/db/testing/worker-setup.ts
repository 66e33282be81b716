// Runs before the imports of every integration test file: its process gets a database of its own and the pool finds it.

import { afterAll, inject } from "vitest";
import { closePools } from "@/server/platform/db/client";
import { cloneTemplate, dropDatabase } from "@/server/platform/db/testing/template";
import { adoptTestDatabase, closeInspections } from "@/server/platform/db/testing/test-database";
import { provideDatabase } from "@/server/platform/env/env";

const template = inject("template");
const database = await cloneTemplate(template);
provideDatabase(database);
adoptTestDatabase(database);

afterAll(async () => {
  await closePools(1);
  await closeInspections();
  await dropDatabase(template, database.name);
});
