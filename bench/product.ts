// The measured process of documents: what server.ts starts, work that nobody asks for included, without the pages
// and with no other operations than the gate's and those of exports.

import { answerUsage } from "@/bench/answer-usage";
import { startRelay } from "@/server/events/relay";
import { exportHandlers } from "@/server/exports/handlers";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { startSweeper } from "@/server/gate/sweeper";
import { allJobs } from "@/server/jobs/all-jobs";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { createListener, listen } from "@/server/platform/http/listener";
import { notFound, pathOf, routerOn } from "@/server/platform/http/mount";
import { rateLimiter } from "@/server/platform/http/rate";
import { registryOf } from "@/server/platform/http/registry";
import { startJobs } from "@/server/platform/jobs/start-jobs";
import { prepareSigning } from "@/server/transparency/keys";
import { startSequencer } from "@/server/transparency/sequencer";

const route = routerOn(registryOf(exportHandlers), { resolvePrincipal, takeRate: rateLimiter({}) });

export async function serveProduct(): Promise<void> {
  await prepareSigning();
  startSweeper();
  startSequencer();
  startRelay();
  await startJobs(allJobs);
  const server = createListener({
    answersItself: () => true,
    answer: async (request) =>
      isGatePath(pathOf(request.url)) ? gateFetch(request) : ((await route(request)) ?? notFound()),
    rest: async (_request, response) => void response.writeHead(404).end(),
  });
  answerUsage(await listen(server, "127.0.0.1", 0));
}
