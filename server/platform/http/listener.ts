// The process's HTTP listener. Paths it is told about are answered straight from Node, because a framework's route
// handler costs some forty times as much; all others go to the framework unchanged.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { v7 as uuidv7 } from "uuid";
import { env } from "@/server/platform/env/env";
import { shutdown } from "@/server/platform/env/shutdown";
import { respondProblem } from "@/server/platform/http/answer";
import { schemeOf, stampClient } from "@/server/platform/http/client-address";
import { drawingPage } from "@/server/platform/http/page-answer";
import { BadRequest, Internal, MethodNotAllowed, type Problem } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";

export type FrontDoor = {
  answersItself: (pathname: string) => boolean;
  answer: (request: Request) => Promise<Response>;
  rest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

// Time to receive headers, and the whole request. Answers may take as long as they like: some are streams.
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
// Longer than the idle time of common load balancers, or they would use a connection in the moment it closes.
const KEEP_ALIVE_MS = 75_000;

const LINGER_MS = 100;

// This host only: names below it may be somebody else's, and not all of them speak TLS.
const HSTS = `max-age=${365 * 24 * 60 * 60}`;

// Next answers any other method with a 500.
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createListener({ answersItself, answer, rest }: FrontDoor, proxies = env.TRUST_PROXY): Server {
  const own = getRequestListener(answer, { overrideGlobalObjects: false, errorHandler: failed });
  const answering = new Set<ServerResponse>();
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      answering.add(response);
      response.once("close", () => answering.delete(response));
      if (shutdown().signal.aborted) response.shouldKeepAlive = false;
      stampClient(request, proxies);
      if (schemeOf(request, proxies) === "https") response.setHeader("Strict-Transport-Security", HSTS);
      const path = pathnameOf(request.url);
      if (!methods.has(request.method ?? "")) {
        void refuse(response, MethodNotAllowed.with(), { Allow: [...methods].join(", ") });
      } else if (answersItself(path)) void own(request, response);
      else if (!isText(path)) void refuse(response, BadRequest.with({ detail: "The path is not UTF-8." }));
      else drawingPage(response, () => rest(request, response)).catch((error: unknown) => failRest(response, error));
    },
  );
  // An answer that says "close" ends its connection in order, so no client loses a request that it sent behind it.
  shutdown().signal.addEventListener("abort", () => {
    for (const response of answering) response.shouldKeepAlive = false;
  });
  return server;
}

/** Listens and gives the port, which differs from the wanted one only when that was 0. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/**
 * Lets what was sent so far, and what is running, finish for at most `patienceMs`, then cuts it. For the first moment
 * requests are still taken: one may be on its way on a connection that looks idle.
 */
export async function closeListener(server: Server, patienceMs: number): Promise<void> {
  shutdown().abort();
  await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(cut);
}

function pathnameOf(url = "/"): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

// Outside of a handler: a Host header that makes no address, or a bug.
function failed(error: unknown): Response {
  if (error instanceof RequestError) return respondProblem(BadRequest.with(), uuidv7());
  const requestId = uuidv7();
  log.error({ err: error, request_id: requestId }, "A request failed outside its handler");
  return respondProblem(Internal.with(), requestId);
}

// Next answers a path that it cannot decode with a 500.
function isText(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

async function refuse(response: ServerResponse, problem: Problem, headers: Record<string, string> = {}): Promise<void> {
  const refusal = respondProblem(problem, uuidv7(), headers);
  const body = await refusal.text();
  response.writeHead(refusal.status, {
    ...Object.fromEntries(refusal.headers),
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

function failRest(response: ServerResponse, error: unknown): void {
  log.error({ err: error }, "a page failed outside its handler");
  if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
  response.end();
}
