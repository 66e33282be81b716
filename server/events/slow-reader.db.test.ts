// A reader on a real socket that takes nothing: what waits for it is what sockets hold, not what there is to tell.

import { connect, type Socket } from "node:net";
import { afterAll, expect, it } from "vitest";
import { watchStatements } from "@/server/platform/db/connection";
import { inspect } from "@/server/platform/db/testing/test-database";
import { once } from "@/server/platform/env/once";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { newKey, newTenant } from "@/server/testing/callers";
import { isStreamPath, streamFetch } from "./front-door";
import { numberEvents } from "./numbering";

const EVENTS = 40_000;
const EVENT_BYTES = 1_000;

const server = createListener({
  answersItself: isStreamPath,
  answer: streamFetch,
  rest: async (_request, response) => void response.writeHead(404).end(),
});
afterAll(() => closeListener(server, 500));

it("reads on as its reader does, and gives its place back when the reader is gone", async () => {
  const tenantId = await newTenant("slow");
  const key = await newKey(tenantId);
  await inspect()`
    insert into outbox (tenant_id, id, recorded_at, topic, entity_id, payload)
    select ${tenantId}, gen_random_uuid(), now(), 'run.started', n::text, jsonb_build_object('words', repeat('x', ${EVENT_BYTES}::int))
    from generate_series(1, ${EVENTS}::int) n`;
  while ((await numberEvents()).tenantIds.length > 0);
  const port = await listen(server, "127.0.0.1", 0);
  let reads = 0;
  const watched = watchStatements(({ text }) => {
    if (/from "events" where .*"seq" >/.test(text)) reads += 1;
  });
  const socket = await new Promise<Socket>((resolve) => {
    const made = connect(port, "127.0.0.1", () => {
      made.write(
        `GET /api/v1/events?after=0 HTTP/1.1\r\nHost: h\r\nAuthorization: ${key.headers.authorization}\r\n\r\n`,
      );
      resolve(made);
    });
  });
  try {
    socket.pause();
    await new Promise((go) => setTimeout(go, 2_000));
    const paused = reads;
    await new Promise((go) => setTimeout(go, 1_000));
    expect(reads).toBe(paused);
    // Far from all 80 pages: both sides' socket buffers and no more.
    expect(paused).toBeLessThan(40);
    let bytes = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.byteLength;
    });
    socket.resume();
    while (bytes < EVENTS * EVENT_BYTES) await new Promise((go) => setTimeout(go, 20));
    expect(once("streams", () => new Map()).size).toBe(1);
    socket.destroy();
    while (once("streams", () => new Map()).size > 0) await new Promise((go) => setTimeout(go, 20));
  } finally {
    watched.restore();
    socket.destroy();
  }
});
