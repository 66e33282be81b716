import { describe, expect, it } from "vitest";
import { checkpointText, readCheckpoint } from "./checkpoint";
import { readReceipt, receiptText } from "./receipt";
import { fingerprint, isSignedBy, keyHash, openNote, signNote } from "./signed-note";
import { ExampleKey, FIRST_KEY, ORIGIN, SECOND_KEY } from "./testing/example-log";
import { RUN } from "./testing/run-writer";
import { readTrustedKeys, UnreadableKey } from "./trusted-keys";

const first = FIRST_KEY.signer();
const second = SECOND_KEY.signer();
const TEXT = "one line\nand “another”\n";

describe("signed notes", () => {
  it("open and verify with each key that signed, under its own name", () => {
    const note = signNote(TEXT, [first, second]);
    expect(openNote(note)?.text).toBe(TEXT);
    expect(openNote(note)?.signatures.map(({ name }) => name)).toEqual([ORIGIN, ORIGIN]);
    expect([isSignedBy(note, first), isSignedBy(note, second)]).toEqual([true, true]);
    expect(isSignedBy(note, new ExampleKey(3, "2026-01-01T00:00:00.000Z").signer())).toBe(false);
    expect(isSignedBy(note, { ...first, name: `${ORIGIN}x` })).toBe(false);
    expect(isSignedBy(note, { ...first, publicKey: first.publicKey.subarray(1) })).toBe(false);
    expect(isSignedBy(signNote(TEXT, [second]), first)).toBe(false);
  });

  it("have the key hash and fingerprint that the format says", () => {
    expect(keyHash(first)).toHaveLength(4);
    expect(keyHash(first)).not.toEqual(keyHash({ ...first, name: "other" }));
    expect(fingerprint(first.publicKey)).toBe(FIRST_KEY.entry.fingerprint);
  });

  it("are refused with any bit changed", () => {
    const note = Buffer.from(signNote(TEXT, [first]), "utf8");
    for (let at = 0; at < note.length * 8; at += 1) {
      const forged = Buffer.from(note);
      forged[at >> 3] = (forged[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect({ at, good: isSignedBy(forged.toString("utf8"), first) }).toEqual({ at, good: false });
    }
  });

  it("have one form: no other blank lines, line ends, base64 or control characters", () => {
    const note = signNote(TEXT, [first]);
    const opened = (text: string) => openNote(text);
    expect(opened(note.slice(0, -1))).toBeNull();
    expect(opened(`${note}\n`)).toBeNull();
    expect(opened(note.replace("\n\n", "\n"))).toBeNull();
    expect(opened(note.replaceAll("\n", "\r\n"))).toBeNull();
    expect(opened(note.replace("— ", "- "))).toBeNull();
    expect(opened(`${TEXT}\n`)).toBeNull();
    expect(opened("")).toBeNull();
    const [, base64 = ""] = / ([A-Za-z0-9+/=]+)\n$/.exec(note) ?? [];
    expect(opened(note.replace(base64, base64.replace("==", "").replace("=", "")))).toBeNull();
    for (const text of ["no line end", "", "a\u0000\n", "a\tb\n", "a\rb\n"]) {
      expect(() => signNote(text, [first])).toThrow(TypeError);
    }
    for (const name of ["", "a b", "a+b", "a\nb"])
      expect(() => signNote(TEXT, [{ ...first, name }])).toThrow(TypeError);
  });
});

describe("checkpoints and receipts", () => {
  const checkpoint = { origin: ORIGIN, size: 7, root: Buffer.alloc(32, 5), at: "2026-01-22T09:30:30.000Z" };
  const receipt = { origin: ORIGIN, run_id: RUN, seq: 4, hash: `sha256:${"0".repeat(64)}`, recorded_at: checkpoint.at };

  it("are read back", () => {
    expect(readCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
    expect(readCheckpoint(checkpointText({ ...checkpoint, size: 0 }))?.size).toBe(0);
    expect(readReceipt(receiptText(receipt))).toEqual(receipt);
  });

  it("are one text only", () => {
    const text = checkpointText(checkpoint);
    for (const wrong of [
      ...[
        text.slice(0, -1),
        `${text}\n`,
        `${text}more\n`,
        text.replace("\n7\n", "\n07\n"),
        text.replace("\n7\n", "\n-7\n"),
      ],
      ...[text.replace("\n7\n", "\n9007199254740993\n"), text.replace("time ", "at "), text.replace("=\n", "\n")],
      ...[text.replace("BQU=", "BQV="), text.replace(".000Z", "Z"), receiptText(receipt), ""],
    ]) {
      expect(readCheckpoint(wrong)).toBeNull();
    }
    const other = receiptText(receipt);
    for (const wrong of [
      other.slice(0, -1),
      `${other}x\n`,
      other.replace("v1", "v2"),
      other.replace("seq 4", "seq 04"),
      text,
    ]) {
      expect(readReceipt(wrong)).toBeNull();
    }
  });
});

describe("trusted keys", () => {
  it("are read in the forms they are published in, and nothing else is", () => {
    const { public_key } = FIRST_KEY.entry;
    const published = {
      deployment_id: "x",
      keys: [{ public_key, retired_at: "2026-02-01T00:00:00.000Z" }, SECOND_KEY.entry],
    };
    expect(readTrustedKeys(JSON.stringify(published))).toEqual([
      { public_key, retired_at: "2026-02-01T00:00:00.000Z" },
      { public_key: SECOND_KEY.entry.public_key, retired_at: null },
    ]);
    expect(readTrustedKeys(` ${public_key.toUpperCase()}\n`)).toEqual([{ public_key }]);
    for (const wrong of [
      "",
      "x",
      "{}",
      "[]",
      '{"keys":[{}]}',
      public_key.slice(1),
      "-----BEGIN PUBLIC KEY-----\nAAAA",
    ]) {
      expect(() => readTrustedKeys(wrong)).toThrow(UnreadableKey);
    }
  });
});
