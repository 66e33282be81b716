// npm run soak -- [--kills 100] [--stops 30] [--terminate 30] [--seed N] [--clients 64] [--runs 100] [--only kills|stops|…]
// The catastrophes of the tests in greater number: kills of the gate (A1), crashes of PostgreSQL (A2, A11), terminated
// backends (A3, seconds of it), orderly stops (F8). Exits with 1 when anything that was acknowledged is lost or counted twice.

import { parseArgs } from "node:util";
import {
  type DrillOptions,
  type DrillReport,
  killDrill,
  postgresDrill,
  stopDrill,
  terminationDrill,
} from "@/server/gate/testing/drills";
import { closePools } from "@/server/platform/db/client";
import { adoptTestDatabase, closeInspections, startOwnPostgres } from "@/server/platform/db/testing/test-database";
import { provideDatabase } from "@/server/platform/env/env";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    stops: { type: "string", default: "30" },
    terminate: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    clients: { type: "string", default: "64" },
    runs: { type: "string", default: "100" },
    only: { type: "string" },
  },
});

type Own = Awaited<ReturnType<typeof startOwnPostgres>>;
const count = (name: "kills" | "stops" | "terminate") => Number(values[name]);

const drills: Record<string, (options: DrillOptions, own: Own) => Promise<DrillReport>> = {
  kills: (options) => killDrill({ ...options, kills: count("kills") }),
  stops: (options, own) => postgresDrill({ ...options, stops: count("stops"), downMs: 1_000 }, own),
  terminate: (options) => terminationDrill({ ...options, seconds: count("terminate") }),
  "orderly stops": (options) => stopDrill({ ...options, stops: 10 }),
};

const own = await startOwnPostgres();
adoptTestDatabase(own.database);
provideDatabase(own.database);
const load = { seed: Number(values.seed), clients: Number(values.clients), runs: Number(values.runs), pauseMs: 60 };
let isSound = true;
try {
  for (const [name, run] of Object.entries(drills)) {
    if (values.only !== undefined && values.only !== name) continue;
    const from = performance.now();
    const { faults, ...report } = await run({ ...load, databaseUrl: own.database.url }, own);
    isSound &&= faults.length === 0;
    const seconds = Math.round((performance.now() - from) / 1000);
    console.info(`${faults.length === 0 ? "ok    " : "FAILED"}  ${name} (${seconds} s)  ${JSON.stringify(report)}`);
    for (const fault of faults.slice(0, 20)) console.info(`        ${fault}`);
  }
} finally {
  await closePools(1);
  await closeInspections();
  await own.stop();
}
process.exitCode = isSound ? 0 : 1;
