// D8: requests that two readers would cut in two different places. What is ambiguous is refused and the connection closed;
// nothing that hides in it is ever executed.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspect } from "@/server/platform/db/testing/test-database";
import { type KeySeat, newKey, newTenant } from "@/server/testing/callers";
import { converse, startWholeServer, type WholeServer } from "@/server/testing/whole-server";

let server: WholeServer;
let tenantId: string;
let key: KeySeat;
let hidden = 0;

beforeAll(async () => {
  server = await startWholeServer();
  tenantId = await newTenant("smuggling");
  key = await newKey(tenantId);
});
afterAll(() => server.close());

const CRLF = "\r\n";

/** A whole request that starts a run: what an attacker hides, and how its execution is seen. */
function hiddenStart(): { text: string; wasRun: () => Promise<boolean> } {
  hidden += 1;
  const runId = `0197e500-0000-7000-8000-${String(hidden).padStart(12, "0")}`;
  const body = JSON.stringify({ run_id: runId, agent_id: "smuggled" });
  const lines = [
    "POST /api/v1/runs HTTP/1.1",
    "Host: h",
    `Authorization: Bearer ${key.key}`,
    "Content-Type: application/json",
  ];
  return {
    text: [...lines, `Content-Length: ${body.length}`, "", body].join(CRLF),
    wasRun: async () => {
      const [row] =
        await inspect()`select count(*)::int as n from runs where tenant_id = ${tenantId} and run_id = ${runId}`;
      return row?.n === 1;
    },
  };
}

/** An innocent outer request with these header lines, and whatever follows its head. */
function outer(headers: readonly string[], rest: string, path = "/api/v1/runs/check"): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: h",
    `Authorization: Bearer ${key.key}`,
    "Content-Type: application/json",
  ];
  return [...lines, ...headers, "", rest].join(CRLF);
}

const body = '{"agent_id":"a"}';
const chunked = (text: string) => `${text.length.toString(16)}${CRLF}${text}${CRLF}0${CRLF}${CRLF}`;

type Attack = [name: string, bytes: (inner: string) => string];

const pairs: Attack[] = [
  [
    "CL.TE",
    (inner) => outer([`Content-Length: ${5 + inner.length}`, "Transfer-Encoding: chunked"], `0${CRLF}${CRLF}${inner}`),
  ],
  ["TE.CL", (inner) => outer(["Transfer-Encoding: chunked", "Content-Length: 4"], chunked(inner))],
  [
    "CL.TE, a chunk first",
    (inner) => outer(["Content-Length: 6", "Transfer-Encoding: chunked"], `${chunked(body)}${inner}`),
  ],
  ["TE: xchunked", (inner) => outer(["Transfer-Encoding: xchunked", "Content-Length: 16"], `${body}${inner}`)],
  ["TE: chunked, identity", (inner) => outer(["Transfer-Encoding: chunked, identity"], `${chunked(body)}${inner}`)],
  [
    "TE: identity, chunked",
    (inner) => outer(["Content-Length: 16", "Transfer-Encoding: identity, chunked"], `${chunked(body)}${inner}`),
  ],
  [
    "two TE",
    (inner) =>
      outer(["Transfer-Encoding: chunked", "Transfer-Encoding: x", "Content-Length: 16"], `${chunked(body)}${inner}`),
  ],
  [
    "space before the colon",
    (inner) => outer(["Transfer-Encoding : chunked", "Content-Length: 16"], `${body}${inner}`),
  ],
  [
    "folded TE",
    (inner) => outer(["X: x", " Transfer-Encoding: chunked", "Content-Length: 5"], `0${CRLF}${CRLF}${inner}`),
  ],
  ["vertical tab in TE", (inner) => outer(["Transfer-Encoding:\x0bchunked", "Content-Length: 16"], `${body}${inner}`)],
  ["TE in quotes", (inner) => outer(['Transfer-Encoding: "chunked"', "Content-Length: 16"], `${body}${inner}`)],
  [
    "TE behind a NUL",
    (inner) => outer(["X: a\0b", "Transfer-Encoding: chunked", "Content-Length: 5"], `0${CRLF}${CRLF}${inner}`),
  ],
  [
    "TE behind a bare CR",
    (inner) => outer(["X: a\rTransfer-Encoding: chunked", "Content-Length: 16"], `${body}${inner}`),
  ],
  [
    "two different lengths",
    (inner) => outer(["Content-Length: 16", `Content-Length: ${16 + inner.length}`], `${body}${inner}`),
  ],
  ["two equal lengths", (inner) => outer(["Content-Length: 16", "Content-Length: 16"], `${body}${inner}`)],
  ["a list of lengths", (inner) => outer(["Content-Length: 16, 16"], `${body}${inner}`)],
  ["a signed length", (inner) => outer(["Content-Length: +16"], `${body}${inner}`)],
  ["a negative length", (inner) => outer(["Content-Length: -1"], `${body}${inner}`)],
  ["a hexadecimal length", (inner) => outer(["Content-Length: 0x10"], `${body}${inner}`)],
  ["a length with an exponent", (inner) => outer(["Content-Length: 1e1"], `${body}${inner}`)],
  ["an empty length", (inner) => outer(["Content-Length:"], `${body}${inner}`)],
  ["a length beyond 2^64", (inner) => outer(["Content-Length: 18446744073709551632"], `${body}${inner}`)],
  [
    "a line feed in a chunk extension",
    (inner) => outer(["Transfer-Encoding: chunked"], `10;a=\n${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  ["a bare line feed after the size", (inner) => outer(["Transfer-Encoding: chunked"], `10\n${body}\n0\n\n${inner}`)],
  [
    "a chunk size in 0x",
    (inner) => outer(["Transfer-Encoding: chunked"], `0x10${CRLF}${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  [
    "a chunk size beyond 2^64",
    (inner) => outer(["Transfer-Encoding: chunked"], `10000000000000010${CRLF}${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  [
    "a signed chunk size",
    (inner) => outer(["Transfer-Encoding: chunked"], `+10${CRLF}${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  [
    "a chunk longer than its size",
    (inner) => outer(["Transfer-Encoding: chunked"], `5${CRLF}${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  [
    "a chunk extension without end",
    (inner) =>
      outer(["Transfer-Encoding: chunked"], `10;${"a".repeat(40_000)}${CRLF}${body}${CRLF}0${CRLF}${CRLF}${inner}`),
  ],
  [
    "bare line feeds for line ends",
    (inner) => outer(["Content-Length: 16"], `${body}${inner}`).replaceAll(CRLF, "\n").replace("\n\n", "\n\r\n"),
  ],
  [
    "HTTP/1.0 with chunks",
    (inner) =>
      outer(["Transfer-Encoding: chunked", "Content-Length: 5"], `0${CRLF}${CRLF}${inner}`).replace(
        "HTTP/1.1",
        "HTTP/1.0",
      ),
  ],
  ["no version", (inner) => `POST /api/v1/runs/check${CRLF}${CRLF}${inner}`],
  ["HTTP/9.9", (inner) => outer(["Content-Length: 16"], `${body}${inner}`).replace("HTTP/1.1", "HTTP/9.9")],
  ["a header name with a space", (inner) => outer(["Content Length: 5", "Content-Length: 16"], `${body}${inner}`)],
  ["a header without a colon", (inner) => outer(["Nonsense", "Content-Length: 16"], `${body}${inner}`)],
  [
    "more words in the request line",
    (inner) => outer(["Content-Length: 16"], `${body}${inner}`, "/api/v1/runs/check X: y"),
  ],
  [
    "h2c upgrade with a body",
    (inner) =>
      outer(
        [
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
          "Transfer-Encoding: chunked",
          "Content-Length: 5",
        ],
        `0${CRLF}${CRLF}${inner}`,
      ),
  ],
];

describe.each([
  ["a path of the gate", "/api/v1/runs/check"],
  ["any other path", "/api/v1/incidents"],
])("on %s", (_door, path) => {
  test.each(pairs)("%s: refused, closed, and nothing hidden in it runs", async (name, bytes) => {
    const inner = hiddenStart();
    const raw = bytes(inner.text).replaceAll("/api/v1/runs/check", path);
    const { text, isClosed } = await converse(server.port, raw);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1]);
    expect(await inner.wasRun(), `${name}: ${text}`).toBe(false);
    // One answer at most to what is one request at most; what it was is not guessed.
    expect(statuses.length, text).toBeLessThanOrEqual(1);
    expect(isClosed, text).toBe(true);
    for (const status of statuses) expect(Number(status), text).toBeGreaterThanOrEqual(400);
    for (const status of statuses) expect(Number(status), text).toBeLessThan(500);
  });
});

describe("what is not ambiguous", () => {
  test("two requests one after the other on one connection both run: the net has no holes", async () => {
    const [first, second] = [hiddenStart(), hiddenStart()];
    const { text } = await converse(
      server.port,
      first.text + second.text.replace("Host: h", `Host: h${CRLF}Connection: close`),
    );
    expect(text.match(/HTTP\/1\.1 201 /g)).toHaveLength(2);
    expect([await first.wasRun(), await second.wasRun()]).toEqual([true, true]);
  });

  test("a body in chunks, with a harmless extension, is read whole", async () => {
    const chunks = `8;a=b${CRLF}${body.slice(0, 8)}${CRLF}8${CRLF}${body.slice(8)}${CRLF}0${CRLF}${CRLF}`;
    const { text } = await converse(server.port, outer(["Transfer-Encoding: chunked", "Connection: close"], chunks));
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  test.each([
    ["absolute form of another host", "GET http://evil.test/api/v1/incidents HTTP/1.1"],
    ["absolute form with a login", "GET http://a:b@127.0.0.1/api/v1/incidents HTTP/1.1"],
  ])("%s: the same answer as the plain address, or none", async (_name, line) => {
    const ask = (start: string) =>
      converse(
        server.port,
        [start, "Host: h", `Authorization: Bearer ${key.key}`, "Connection: close", "", ""].join(CRLF),
      );
    const plain = await ask("GET /api/v1/incidents HTTP/1.1");
    const tricked = await ask(line);
    const bodyOf = (text: string) => text.slice(text.indexOf(CRLF + CRLF));
    expect(plain.text).toMatch(/^HTTP\/1\.1 200/);
    if (tricked.text.startsWith("HTTP/1.1 200")) expect(bodyOf(tricked.text)).toBe(bodyOf(plain.text));
    else expect(tricked.text).toMatch(/^HTTP\/1\.1 4\d\d/);
  });

  test.each([
    "GET //api/v1/incidents HTTP/1.1",
    "GET /api/v1//incidents HTTP/1.1",
    "GET /api/v1/incidents%2f HTTP/1.1",
    "GET /api%2fv1%2fincidents HTTP/1.1",
    "GET /API/V1/INCIDENTS HTTP/1.1",
    "GET \\api\\v1\\incidents HTTP/1.1",
    "GET /api/v1/incidents\\ HTTP/1.1",
    "GET /api/v1/incidents;x=1 HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT 127.0.0.1:80 HTTP/1.1",
    "TRACE /api/v1/incidents HTTP/1.1",
    "GET nonsense HTTP/1.1",
  ])("%s names nothing", async (line) => {
    const { text } = await converse(
      server.port,
      [line, "Host: h", `Authorization: Bearer ${key.key}`, "Connection: close", "", ""].join(CRLF),
    );
    // Silence and a closed connection are an answer too.
    if (text !== "") expect(text).toMatch(/^HTTP\/1\.1 [34]\d\d/);
    expect(text).not.toContain('"items"');
  });

  test("no Host, two Hosts and a Host that is none are refused", async () => {
    for (const hosts of [[], ["Host: h", "Host: evil.test"], ["Host: a b"], ["Host: h/x"], ["Host: user@h"]]) {
      const lines = [
        "GET /api/v1/runs/check HTTP/1.1",
        ...hosts,
        `Authorization: Bearer ${key.key}`,
        "Connection: close",
        "",
        "",
      ];
      const { text } = await converse(server.port, lines.join(CRLF));
      expect(text, String(hosts)).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
  });
});
