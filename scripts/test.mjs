// `npm test`: everything CI runs, from a clean clone. The database suites run on the embedded PostgreSQL 18 and again on
// Debian's PostgreSQL 15 where that is installed, as it is in CI.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";
import { ensureDependencies, root } from "./dependencies.mjs";
import { ensurePoppler } from "./poppler.mjs";
import { checks, runCheck, runPlaywright, runVitest, summarize } from "./suites.mjs";

const POSTGRES_15 = "/usr/lib/postgresql/15/bin";

ensureDependencies();
const chromium = await ensureChromium();
ensurePoppler();

// Nothing a developer has set for their own server may reach the tests.
const settings =
  /^(DATABASE_|HOLDPOINT_|BOOTSTRAP_|(PORT|HOST|WORKERS|AUTH_SECRET|METRICS_TOKEN|PUBLIC_URL|TRUST_PROXY)$)/;
for (const name of Object.keys(process.env).filter((name) => settings.test(name))) delete process.env[name];

const outcomes = [];
for (const check of checks) outcomes.push(await runCheck(check));
outcomes.push(await runVitest("architecture and unit tests", "unit"));
outcomes.push(await runVitest("property tests", "properties"));
outcomes.push(await runVitest("integration on PostgreSQL 18", "integration"));
if (existsSync(join(POSTGRES_15, "postgres"))) {
  const env = { TEST_POSTGRES_BIN: POSTGRES_15 };
  outcomes.push(await runVitest("integration on PostgreSQL 15", "integration", env));
} else if (process.env.CI) {
  outcomes.push({ name: "integration on PostgreSQL 15", passed: 0, failed: 1, seconds: 0 });
  console.error(`${POSTGRES_15} is missing: apt-get install -y postgresql-15`);
} else {
  console.info(`\nPostgreSQL 15 is not at ${POSTGRES_15}: its run of the database suites is left to CI.`);
}
outcomes.push(await runCheck({ name: "build", command: [process.execPath, join(root, "scripts", "build.mjs")] }));
outcomes.push(await runPlaywright("end to end", { CHROMIUM_PATH: chromium }));
process.exitCode = summarize(outcomes);
