// The measured process of lists: the console's operations behind the product's own listener, and no work that nobody asks for.

import { answerUsage } from "@/bench/answer-usage";
import { consoleRegistry } from "@/bench/console-registry";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { createListener, listen } from "@/server/platform/http/listener";
import { notFound, routerOn } from "@/server/platform/http/mount";
import { rateLimiter } from "@/server/platform/http/rate";

const route = routerOn(consoleRegistry, { resolvePrincipal, takeRate: rateLimiter({}) });

export async function serveConsole(): Promise<void> {
  const server = createListener({
    answersItself: () => true,
    answer: async (request) => (await route(request)) ?? notFound(),
    rest: async (_request, response) => void response.writeHead(404).end(),
  });
  answerUsage(await listen(server, "127.0.0.1", 0));
}
