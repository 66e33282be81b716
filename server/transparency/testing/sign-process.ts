// A process of its own that signs the logs of the tenants it is given, and prints the keys it would publish.

import { closePools } from "@/server/platform/db/client";
import { publishedKeys } from "@/server/transparency/queries";
import { signCheckpoint } from "@/server/transparency/sequencer";

async function main(): Promise<void> {
  try {
    for (const tenantId of process.argv.slice(2)) await signCheckpoint(tenantId);
    console.info(JSON.stringify(await publishedKeys()));
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : String(error));
  } finally {
    await closePools();
  }
}

await main();
