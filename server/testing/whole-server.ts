// The whole API behind the real listener, as server.ts puts it together but for the pages; and a socket to write to it
// byte by byte.

import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { route } from "@/server/endpoints";
import { isStreamPath, streamFetch } from "@/server/events/front-door";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { notFound, pathOf } from "@/server/platform/http/mount";

export type WholeServer = { port: number; close(): Promise<void> };

export async function startWholeServer(): Promise<WholeServer> {
  const routed = getRequestListener(async (request) => (await route(request)) ?? notFound(), {
    overrideGlobalObjects: false,
  });
  const server = createListener({
    answersItself: (path) => isGatePath(path) || isStreamPath(path),
    answer: (request) => (isStreamPath(pathOf(request.url)) ? streamFetch(request) : gateFetch(request)),
    rest: async (request, response) => void (await routed(request, response)),
  });
  const port = await listen(server, "127.0.0.1", 0);
  return { port, close: () => closeListener(server, 1_000) };
}

/** Only conversations that neither side ends come to this. */
const QUIET_MS = 2_000;
const LONGEST_MS = 10_000;

/** Writes the bytes and gives everything that comes back until the other side closes or falls silent. */
export function converse(port: number, bytes: string | Buffer): Promise<{ text: string; isClosed: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isClosed = false;
    let quiet: NodeJS.Timeout | undefined;
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const finish = () => {
      clearTimeout(quiet);
      clearTimeout(longest);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString("latin1"), isClosed });
    };
    const longest = setTimeout(finish, LONGEST_MS);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(finish, QUIET_MS);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      isClosed = true;
      finish();
    });
  });
}
