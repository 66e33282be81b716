import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answerBytes, answerHash, isAnswerOf } from "./answer";
import { commitStep, commitTo } from "./commitment";
import { H, hashKinds, readHash, writeHash } from "./hash";
import { instant } from "./instant";
import { isSourceMac, sourceMac } from "./mac";
import { MalformedRecord, recordBytes, recordFromColumns } from "./record";
import { afterImageHash, canonicalImage, plainDecimal, requestHash } from "./snapshot-hash";
import { RUN, TENANT } from "./testing/run-writer";
import { vectorHash } from "./testing/second-file-verifier";
import { computedVectors, printedVectors } from "./testing/vectors";

const document = readFileSync(new URL("../../docs/evidence-format.md", import.meta.url), "utf8");

describe("the test vectors of docs/evidence-format.md", () => {
  it("are what the code makes", () => {
    expect(printedVectors(document)).toEqual(computedVectors());
  });

  it.each(printedVectors(document))("$name: the second verifier makes the same hash", (vector) => {
    expect(vectorHash(vector)).toBe(vector.hash);
  });

  it("names every kind of hash", () => {
    const table = document.slice(document.indexOf("| kind | b |"), document.indexOf("## 2."));
    const named = [...table.matchAll(/^\| `([a-z-]+)` \| /gm)].map((line) => line[1]);
    expect(new Set(named)).toEqual(new Set(hashKinds));
    expect(new Set(computedVectors().map((vector) => vector.kind))).toEqual(new Set(hashKinds));
  });
});

describe("H", () => {
  it("separates kinds and joins parts", () => {
    const expected = createHash("sha256").update("holdpoint/v1/seal\0ab").digest();
    expect(H("seal", "a", Buffer.from("b"))).toEqual(expected);
    expect(new Set(hashKinds.map((kind) => writeHash(H(kind, "x")))).size).toBe(hashKinds.length);
  });

  it("writes and reads hashes in one form only", () => {
    const hash = H("record", "x");
    expect(readHash(writeHash(hash))).toEqual(hash);
    for (const text of ["", hash.toString("hex"), writeHash(hash).toUpperCase(), `${writeHash(hash)}\n`, "sha256:00"]) {
      expect(readHash(text)).toBeNull();
    }
    expect(() => writeHash(hash.subarray(1))).toThrow(TypeError);
  });
});

describe("commitments", () => {
  const salt = Buffer.alloc(16, 7);

  it("commit to input, output and what is kept, with salts of their own", () => {
    const { commitments, salts } = commitStep({ input: { a: 1.5 }, output: null, kept: { output: null } });
    expect(salts.inputSalt).toHaveLength(16);
    expect(salts.outputSalt).not.toEqual(salts.inputSalt);
    expect(commitments.input_commit).toBe(commitTo({ a: 1.5 }, salts.inputSalt ?? salt));
    expect(commitments.output_commit).toBe(commitTo(null, salts.outputSalt ?? salt));
    expect(commitments.stored_commit).toMatch(/^sha256:/);
  });

  it("are absent for what was not sent or not kept", () => {
    expect(commitStep({})).toEqual({ commitments: {}, salts: { inputSalt: null, outputSalt: null } });
    expect(Object.keys(commitStep({ output: 1 }, () => salt).commitments)).toEqual(["output_commit"]);
  });

  it("hide the original without the salt and refuse a salt of another length", () => {
    expect(commitTo("yes", salt)).not.toBe(commitTo("yes", Buffer.alloc(16, 8)));
    expect(() => commitTo("yes", Buffer.alloc(15))).toThrow(TypeError);
  });
});

describe("answers", () => {
  const hash = H("record", "x");
  const text = '{"seq":1,"é":"\\"content_hash\\""}';

  it("carry the record's hash as their last member", () => {
    expect(JSON.parse(answerBytes(text, hash).toString("utf8"))).toEqual({
      ...JSON.parse(text),
      content_hash: writeHash(hash),
    });
  });

  it("are known again, and every changed byte or status is noticed", () => {
    const record = { hash, answerHash: answerHash(200, text) };
    const answer = answerBytes(text, hash);
    expect(isAnswerOf(record, { status: 200, answer })).toBe(true);
    expect(isAnswerOf(record, { status: 201, answer })).toBe(false);
    for (let at = 0; at < answer.length; at += 1) {
      const changed = Buffer.from(answer);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(isAnswerOf(record, { status: 200, answer: changed })).toBe(false);
    }
    for (let length = 0; length < answer.length; length += 1) {
      expect(isAnswerOf(record, { status: 200, answer: answer.subarray(0, length) })).toBe(false);
    }
  });
});

describe("records", () => {
  const row = {
    ...{ tenantId: TENANT, runId: RUN, seq: 1, kind: "pause", stepIndex: null, stepId: null, stepType: null },
    ...{ recordedAt: new Date(0), body: { decision: {} } },
  };

  it("leave out what is null", () => {
    expect(recordBytes(row).toString("utf8")).toBe(
      `{"body":{"decision":{}},"kind":"pause","recorded_at":"1970-01-01T00:00:00.000Z","run_id":"${RUN}","seq":1,"tenant_id":"${TENANT}","v":1}`,
    );
  });

  it("refuse ids that PostgreSQL would give back otherwise, and bodies that are no objects", () => {
    expect(() => recordFromColumns({ ...row, runId: RUN.toUpperCase() })).toThrow(MalformedRecord);
    expect(() => recordFromColumns({ ...row, stepId: "step-1" })).toThrow(MalformedRecord);
    for (const body of [null, [], "x", 1]) expect(() => recordFromColumns({ ...row, body })).toThrow(MalformedRecord);
  });

  it("refuse times without a canonical form", () => {
    expect(() => instant(new Date("+010000-01-01T00:00:00Z"))).toThrow(RangeError);
    expect(() => instant(new Date(Number.NaN))).toThrow(RangeError);
  });
});

describe("other hashes", () => {
  it("requests are equal when RFC 8785 says so", () => {
    expect(requestHash(JSON.parse('{"a":1.0,"b":null}'))).toEqual(requestHash(JSON.parse('{"b":null,"a":1e0}')));
    expect(requestHash({ a: 1 })).not.toEqual(requestHash({ a: "1" }));
    expect(requestHash({ a: 1 })).not.toEqual(requestHash({ a: 1, b: null }));
  });

  it("after-images take rows as the database gives them", () => {
    const row = { at: new Date(0), gone: null, price: 0.1, big: 10n ** 20n, n: 5n, bytes: Buffer.from("ff", "hex") };
    expect(canonicalImage({ ...row, list: [1, { x: null }] })).toEqual({
      ...{ at: "1970-01-01T00:00:00.000Z", price: "0.1", big: "100000000000000000000", n: 5, bytes: "ff" },
      list: [1, {}],
    });
    expect(afterImageHash({ a: 1, b: null })).toEqual(afterImageHash({ a: 1 }));
    expect(() => afterImageHash({ a: [null] })).toThrow(TypeError);
    expect(() => afterImageHash({ a: new Map() })).toThrow(TypeError);
  });

  it.each<[number, string]>([
    [1e-7, "0.0000001"],
    [-1.25e-9, "-0.00000000125"],
    [1e21, "1000000000000000000000"],
    [1.5e22, "15000000000000000000000"],
    [-0.5, "-0.5"],
    [2 ** 53, "9007199254740992"],
  ])("%d in plain decimals is %s", (number, text) => {
    expect(plainDecimal(number)).toBe(text);
    expect(Number(text)).toBe(number);
  });

  it("source MACs cover every member and the key", () => {
    const key = Buffer.alloc(32, 1);
    const source = {
      tenant_id: TENANT,
      kind: "seal",
      id: RUN,
      hash: writeHash(H("seal", "x")),
      at: instant(new Date(0)),
    };
    const mac = sourceMac(key, source);
    expect(isSourceMac(key, source, mac)).toBe(true);
    expect(isSourceMac(Buffer.alloc(32, 2), source, mac)).toBe(false);
    expect(isSourceMac(key, source, mac.subarray(1))).toBe(false);
    for (const member of ["tenant_id", "kind", "id", "hash", "at"] as const) {
      expect(isSourceMac(key, { ...source, [member]: `${source[member]}0` }, mac)).toBe(false);
    }
  });
});
