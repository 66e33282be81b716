// The gate as a process of its own, to be killed: the front door, the sweeper and the stop of server.ts, without pages.
// It tells its port to the process that started it.

import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { startSweeper } from "@/server/gate/sweeper";
import { closePools } from "@/server/platform/db/client";
import { env } from "@/server/platform/env/env";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";

const FINISH_MS = 7_000;

const server = createListener({
  answersItself: isGatePath,
  answer: gateFetch,
  rest: async (_request, response) => void response.writeHead(404).end(),
});
const port = await listen(server, env.HOST, env.PORT);
const sweeper = startSweeper();
process.once("SIGTERM", () => void stop());
process.send?.({ port });

async function stop(): Promise<void> {
  await closeListener(server, FINISH_MS);
  sweeper.stop();
  await closePools(2);
  process.exit(0);
}
