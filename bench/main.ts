// npm run bench: what the product costs against floors measured in the same run. Prints the ratios and writes
// bench/RESULTS.md. With DATABASE_URL (a superuser's) it uses that server, in a database that it makes and drops.

import { openDatabase } from "@/bench/database";
import { benchDecide } from "@/bench/decide-bench";
import { benchGate } from "@/bench/gate-bench";
import { serveOrders } from "@/bench/load";
import { writeReport } from "@/bench/report";
import { serve } from "@/bench/serve";
import { closePools } from "@/server/platform/db/client";

async function main(): Promise<void> {
  console.info("decide …");
  const decide = benchDecide();
  console.info("gate …");
  const database = await openDatabase();
  try {
    const gate = await benchGate(database);
    console.info(`\n${writeReport("bench/RESULTS.md", { decide, gate }, database)}`);
  } finally {
    await closePools();
    await database.stop();
  }
}

const roles: Record<string, () => void | Promise<void>> = { serve, load: serveOrders };
await (roles[process.argv[2] ?? ""] ?? main)();
