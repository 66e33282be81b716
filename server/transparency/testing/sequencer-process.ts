// A process of its own that sequences and signs one tenant's log over and over, to be killed. Prints `size root` a line.

import { sequenceNow, signCheckpoint } from "@/server/transparency/sequencer";

const tenantId = process.argv[2] ?? "";

async function main(): Promise<void> {
  console.info("started");
  for (;;) {
    await sequenceNow(tenantId);
    const { size, root } = await signCheckpoint(tenantId);
    console.info(`${size} ${root.toString("hex")}`);
  }
}

await main();
