import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

// `server-only` throws outside a bundler's server layer, and tests run in plain Node.
const alias = [
  { find: /^@\//, replacement: root },
  { find: /^server-only$/, replacement: fileURLToPath(new URL("server/platform/env/nothing.ts", import.meta.url)) },
];

const elsewhere = ["**/node_modules/**", "**/.next/**", "**/.build/**", "**/.data/**", "e2e/**"];

// Given other programs than the embedded ones, the supervisor of those has nothing to show.
const otherPrograms = process.env.TEST_POSTGRES_BIN ? ["server/platform/db/embedded/**"] : [];

// Not the developer's own: the tests' tenants are of no interest there.
const checkpointFile = join(tmpdir(), `holdpoint-checkpoints-${process.pid}.log`);

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...elsewhere, "**/*.db.test.ts", "**/*.property.test.ts"],
          env: { LOG_LEVEL: "silent" },
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // Hundreds of thousands of random cases each: too long for `npm run verify`, run by `npm test`.
          name: "properties",
          include: ["**/*.property.test.ts"],
          exclude: elsewhere,
          env: { LOG_LEVEL: "silent" },
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["**/*.db.test.ts"],
          exclude: [...elsewhere, ...otherPrograms],
          env: { LOG_LEVEL: "silent", CHECKPOINT_FILE: checkpointFile },
          pool: "forks",
          maxWorkers: 2,
          // Drills kill processes and databases under load; a starved machine may cost one its time. A fault of ours fails twice.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ["server/platform/db/testing/global-setup.ts"],
          setupFiles: ["server/platform/db/testing/worker-setup.ts"],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
