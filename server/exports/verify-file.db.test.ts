// The operation takes any bytes. It answers what they are, or that it cannot say; it never fails.

import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type ExportsWorld, exported, makeExportsWorld, verdictOf } from "@/server/exports/testing/exports-world";
import { answerOf, host } from "@/server/testing/callers";

let world: ExportsWorld;
let json: Buffer;
let pdf: Buffer;

beforeAll(async () => {
  world = await makeExportsWorld();
  json = (await exported(world.member, world.incidentId, "evidence", { format: "json" })).bytes;
  pdf = (await exported(world.member, world.incidentId, "evidence", { format: "pdf" })).bytes;
});

const verdict = async (bytes: Uint8Array) => {
  const { status, body } = await verdictOf(world.member, bytes);
  return { status, ...body };
};

type Parts = { bundle: object; records: unknown[]; proof: object };

function changed(change: (file: Parts) => void): Buffer {
  const file: Parts = JSON.parse(json.toString("utf8"));
  change(file);
  return Buffer.from(JSON.stringify(file));
}

describe("a file of ours", () => {
  it("is verified whatever its spacing and the order of its members", async () => {
    const shuffle = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffle)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .toReversed()
                .map(([name, part]) => [name, shuffle(part)]),
            )
          : value;
    const other = Buffer.from(JSON.stringify(shuffle(JSON.parse(json.toString("utf8"))), null, 1));
    expect(await verdict(other)).toMatchObject({ status: 200, verified: true, signer: "trusted" });
  });

  it("is verified by another tenant's members just as well: nothing is looked up", async () => {
    const other = await makeExportsWorld();
    expect((await verdictOf(other.auditor, json)).body).toMatchObject({ verified: true, signer: "trusted" });
  });

  it.each([
    ["a changed figure", () => changed(({ bundle }) => Object.assign(bundle, { total_tokens: 1 }))],
    ["a dropped record", () => changed(({ records }) => void records.pop())],
    ["a foreign checkpoint", () => changed(({ proof }) => Object.assign(proof, { checkpoint: "x" }))],
    ["a byte behind a document's seal", () => Buffer.concat([pdf, Buffer.from("\n")])],
    ["a byte within a document", () => pdf.map((byte, at) => (at === 1_000 ? byte ^ 1 : byte))],
  ])("with %s is not verified", async (_what, make) => {
    expect(await verdict(make())).toMatchObject({ status: 200, verified: false, first_failure: expect.any(String) });
  });
});

describe("a file of anybody's", () => {
  const nested = (sign: string, closing: string, depth: number) => sign.repeat(depth) + closing.repeat(depth);
  it.each([
    ["nothing", () => Buffer.alloc(0)],
    ["random bytes", () => randomBytes(100_000)],
    ["a document without a seal", () => Buffer.from("%PDF-1.7\n%%EOF\n")],
    ["a document that is only its beginning", () => pdf.subarray(0, 20_000)],
    ["deep arrays", () => Buffer.from(nested("[", "]", 1_000_000))],
    ["deep objects", () => Buffer.from(`${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`)],
    [
      "a deep bundle",
      () => Buffer.from(json.toString("utf8").replace('"salts":{', `"salts":{"9":${nested("[", "]", 5_000)},`)),
    ],
    ["another JSON", () => Buffer.from('{"a":1}')],
    ["null", () => Buffer.from("null")],
    ["members of the prototype", () => Buffer.from('{"__proto__":{"verified":true},"proof":{"constructor":1}}')],
    ["a number without end", () => Buffer.from("1".repeat(1_000_000))],
    ["half of a bundle", () => json.subarray(0, json.length / 2)],
    ["many lines", () => Buffer.from("{}\n".repeat(300_000))],
    ["wrong types everywhere", () => Buffer.from(json.toString("utf8").replace(/:"/g, ':1,"').slice(0, 10_000))],
    [
      "a proof of numbers",
      () => changed((file) => Object.assign(file, { proof: { entries: 7, key_history: [null] } })),
    ],
    ["a seal that is a list", () => changed(({ proof }) => Object.assign(proof, { seal: [] }))],
    ["records of nulls", () => changed((file) => Object.assign(file, { records: [null, 1, "x", []] }))],
  ])("%s is answered, and is not verified", async (_what, make) => {
    expect(await verdict(make())).toMatchObject({ status: 200, verified: false, signer: expect.any(String) });
  });

  it("may have 32 MiB, announced or not, and no byte more", async () => {
    const most = 32 * 1024 * 1024;
    const blank = Buffer.alloc(most, " ");
    expect((await verdict(blank)).status).toBe(200);
    expect((await verdict(Buffer.concat([blank, Buffer.from(" ")]))).status).toBe(413);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)) });
    const request = new Request(`${host}/api/v1/exports/verify`, {
      ...{ method: "POST", headers: { ...world.member.headers }, body: endless, duplex: "half" },
    });
    expect((await answerOf(request)).status).toBe(413);
  });

  it("of the largest size and the worst shape ends in an answer", async () => {
    const values = Buffer.from(`{"records":[${"[0],".repeat(8_000_000)}0]}`);
    const { status } = await verdict(values.subarray(0, 32 * 1024 * 1024));
    expect([200, 422]).toContain(status);
  });

  it("may hold 64 MiB in a document, and is refused in plain words beyond", async () => {
    const holding = (mib: number) => {
      const content = deflateSync(Buffer.alloc(mib * 1_048_576, "[0],"));
      const head = `%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length ${content.length} >>\nstream\n`;
      const [seal = Buffer.alloc(0)] = [pdf.subarray(pdf.lastIndexOf("%%EOF"))];
      return Buffer.concat([Buffer.from(head), content, Buffer.from("\nendstream\nendobj\n"), seal]);
    };
    expect(await verdict(holding(65))).toMatchObject({
      ...{ status: 422, detail: expect.stringMatching(/longer than 64 MiB\. Check it with holdpoint-verify\.mjs/) },
    });
    expect((await verdict(holding(8))).status).toBe(200);
  });

  it("waits for nobody: a tenant that has more than one at once is asked to come again", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => verdictOf(world.member, json)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
    for (const { status, headers } of answers) if (status === 429) expect(headers.get("retry-after")).toBe("2");
  });
});
