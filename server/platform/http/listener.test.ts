import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { answerPageWith } from "@/server/platform/http/page-answer";

const server = createListener({
  answersItself: (pathname) => pathname.startsWith("/api/"),
  answer: async (request) => Response.json({ method: request.method, path: new URL(request.url).pathname }),
  rest: async (request, response) => {
    await null;
    if (request.url === "/away") answerPageWith(503);
    response.end("rest");
  },
});
const behindProxy = createListener(
  {
    answersItself: (path) => path === "/own",
    answer: async () => Response.json({}),
    rest: async (_, a) => void a.end(),
  },
  1,
);
let port = 0;
let proxiedPort = 0;

beforeAll(async () => {
  port = await listen(server, "127.0.0.1", 0);
  proxiedPort = await listen(behindProxy, "127.0.0.1", 0);
});
afterAll(async () => {
  await closeListener(server, 1_000);
  await closeListener(behindProxy, 1_000);
});

/** Bytes out, status and body in: clients' libraries would correct what is wrong here on purpose. */
function raw(head: string[], body = ""): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(`${head.join("\r\n")}\r\n\r\n${body}`));
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    socket.on("error", reject);
    socket.on("close", () =>
      resolve({ status: Number(answer.split(" ")[1]), body: answer.split("\r\n\r\n")[1] ?? "" }),
    );
  });
}

describe("the front door", () => {
  it("answers its own paths and hands on the rest", async () => {
    const own = await raw(["GET /api/x HTTP/1.1", "Host: h", "Connection: close"]);
    expect(own).toEqual({ status: 200, body: '{"method":"GET","path":"/api/x"}' });
    expect((await raw(["GET /sign-in HTTP/1.1", "Host: h", "Connection: close"])).status).toBe(200);
  });

  it("refuses methods that nothing takes, on either side", async () => {
    for (const target of ["/api/x", "/sign-in"]) {
      const refused = await raw([`TRACE ${target} HTTP/1.1`, "Host: h", "Connection: close"]);
      expect([refused.status, JSON.parse(refused.body).status]).toEqual([405, 405]);
    }
  });

  it.each(["/invitations/%ff", "/problems/%", "/incidents/%c0%ae?x=1"])(
    "D8: the path %s, which is no text, is 400 and never reaches the pages",
    async (path) => {
      const refused = await raw([`GET ${path} HTTP/1.1`, "Host: h", "Connection: close"]);
      expect([refused.status, JSON.parse(refused.body).status]).toEqual([400, 400]);
    },
  );

  it.each([
    ["a Host that makes no address", ["GET /api/x HTTP/1.1", "Host: a b", "Connection: close"]],
    ["a Host with a path", ["GET /api/x HTTP/1.1", "Host: h/x?y#z", "Connection: close"]],
    ["no Host", ["GET /api/x HTTP/1.0"]],
    ["two lengths", ["POST /api/x HTTP/1.1", "Host: h", "Content-Length: 5", "Content-Length: 6", "Connection: close"]],
    ["a length and chunks", ["POST /api/x HTTP/1.1", "Host: h", "Content-Length: 5", "Transfer-Encoding: chunked"]],
    ["a space before the colon", ["GET /api/x HTTP/1.1", "Host: h", "X : y", "Connection: close"]],
    ["a bare line feed in a header", ["GET /api/x HTTP/1.1", "Host: h", "X: a\nY: b\n: c", "Connection: close"]],
  ])("D8: %s is 400, never 5xx", async (_what, head) => {
    expect((await raw(head, "0\r\n\r\n")).status).toBe(400);
  });

  it("lets a page say that it is none, with the status that belongs to it", async () => {
    const pages = await Promise.all(
      ["/away", "/there", "/away"].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
    );
    expect(pages.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [503, "3"],
      [200, null],
      [503, "3"],
    ]);
  });

  it("tells browsers that came by TLS to stay with it, and nobody else", async () => {
    const hsts = async (at: number, path: string, proto?: string) => {
      const headers = proto === undefined ? {} : { "x-forwarded-proto": proto };
      return (await fetch(`http://127.0.0.1:${at}${path}`, { headers })).headers.get("strict-transport-security");
    };
    expect(await hsts(proxiedPort, "/page", "https")).toBe("max-age=31536000");
    expect(await hsts(proxiedPort, "/own", "https")).toBe("max-age=31536000");
    expect(await hsts(proxiedPort, "/page", "http")).toBeNull();
    expect(await hsts(proxiedPort, "/page")).toBeNull();
    expect(await hsts(port, "/page", "https")).toBeNull();
  });
});
