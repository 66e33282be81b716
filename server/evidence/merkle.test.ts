import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeHash } from "./hash";
import {
  consistencyPath,
  EMPTY_ROOT,
  inclusionPath,
  leafHash,
  type NodeReader,
  newNodes,
  rootAt,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "./merkle";
import { computedLogVectors, printedLogVectors, RFC_LEAVES } from "./testing/log-vectors";
import { hashOfLeaf, rootByInclusion, rootsByConsistency, textOfNote, treeRoot } from "./testing/second-file-verifier";

const document = readFileSync(new URL("../../docs/evidence-format.md", import.meta.url), "utf8");
const printed = printedLogVectors(document);
const hashes = RFC_LEAVES.map((hex) => leafHash(Buffer.from(hex, "hex")));
const bytesOf = (written: string) => Buffer.from(written.slice("sha256:".length), "hex");
const read: NodeReader = (level, index) => rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));

/** Roots of RFC 6962's test tree, from its reference implementation. */
const RFC_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("C4: the vectors of RFC 6962", () => {
  it("have the roots of its reference implementation", async () => {
    for (const [size, root] of RFC_ROOTS.entries()) {
      expect(rootOf(hashes.slice(0, size)).toString("hex")).toBe(root);
      expect((await rootAt(size, read)).toString("hex")).toBe(root);
      expect(treeRoot(hashes.slice(0, size)).toString("hex")).toBe(root);
      expect(printed.tree.roots[size]).toBe(`sha256:${root}`);
    }
  });

  it("have the paths of its reference implementation", async () => {
    const path = async (index: number, size: number) =>
      (await inclusionPath(index, size, read)).map((hash) => hash.toString("hex"));
    expect(await path(5, 8)).toEqual([
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    expect((await consistencyPath(6, 8, read)).map((hash) => hash.toString("hex"))).toEqual([
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
  });
});

describe("the log vectors of docs/evidence-format.md", () => {
  it("are what the code makes", async () => {
    expect(printed).toEqual(await computedLogVectors());
  });

  it("hold for the second verifier", () => {
    expect(writeHash(hashOfLeaf(printed.leaf.text))).toBe(printed.leaf.hash);
    const leaves = printed.tree.leaves.map((hex) => hashOfLeaf(Buffer.from(hex, "hex")));
    const roots = printed.tree.roots.map(bytesOf);
    for (const { index, size, path } of printed.inclusion) {
      expect(rootByInclusion(leaves[index] ?? EMPTY_ROOT, index, size, path)).toEqual(roots[size]);
    }
    for (const { from, to, path } of printed.consistency) {
      const found = rootsByConsistency(roots[from] ?? EMPTY_ROOT, { from, to, path, isWhole: true });
      expect(found).toEqual({ old: roots[from], now: roots[to] });
    }
    const raw = Buffer.from(printed.public_key, "hex");
    for (const note of [printed.checkpoint, printed.receipt]) {
      const key = { name: note.slice(0, note.indexOf("\n")), raw };
      expect(note.startsWith(textOfNote(note, [key]) ?? "?")).toBe(true);
      expect(textOfNote(note.replace("0", "1"), [key])).toBeNull();
    }
  });
});

describe("proofs", () => {
  it("are refused for sizes and places that cannot be", async () => {
    const root = rootOf(hashes);
    const path = await inclusionPath(2, 8, read);
    const good = { leafHash: hashes[2] ?? EMPTY_ROOT, index: 2, size: 8, path, root };
    expect(verifyInclusion(good)).toBe(true);
    for (const wrong of [
      { index: 8 },
      { index: -1 },
      { index: 1.5 },
      { size: 0 },
      { size: Number.NaN },
      { index: 3 },
    ]) {
      expect(verifyInclusion({ ...good, ...wrong })).toBe(false);
    }
    expect(verifyInclusion({ ...good, path: path.map((hash) => hash.subarray(1)) })).toBe(false);
    await expect(inclusionPath(8, 8, read)).rejects.toThrow(RangeError);
    await expect(consistencyPath(9, 8, read)).rejects.toThrow(RangeError);
  });

  it("of the empty log and of the same log are empty", async () => {
    const root = rootOf(hashes);
    const empty = { from: 0, to: 8, fromRoot: EMPTY_ROOT, toRoot: root, path: [] };
    expect(await consistencyPath(0, 8, read)).toEqual([]);
    expect(await consistencyPath(8, 8, read)).toEqual([]);
    expect(verifyConsistency(empty)).toBe(true);
    expect(verifyConsistency({ ...empty, fromRoot: root })).toBe(false);
    expect(verifyConsistency({ ...empty, path: [root] })).toBe(false);
    expect(verifyConsistency({ from: 8, to: 8, fromRoot: root, toRoot: root, path: [] })).toBe(true);
    expect(verifyConsistency({ from: 8, to: 8, fromRoot: root, toRoot: EMPTY_ROOT, path: [] })).toBe(false);
    expect(verifyConsistency({ from: 0, to: 0, fromRoot: root, toRoot: root, path: [] })).toBe(false);
    expect(verifyConsistency({ from: 8, to: 7, fromRoot: root, toRoot: root, path: [] })).toBe(false);
    expect(verifyConsistency({ from: 4, to: 8, fromRoot: rootOf(hashes.slice(0, 4)), toRoot: root, path: [] })).toBe(
      false,
    );
  });
});

describe("appending", () => {
  it("makes every complete subtree once, however the leaves come", async () => {
    for (const batches of [[8], [1, 1, 1, 1, 1, 1, 1, 1], [3, 5], [5, 0, 3], [7, 1]]) {
      const stored = new Map<string, Buffer>();
      let size = 0;
      for (const count of batches) {
        const added = hashes.slice(size, size + count);
        const reader: NodeReader = (level, index) =>
          (level === 0 ? hashes[index] : stored.get(`${level}/${index}`)) ?? expect.fail(`no node ${level}/${index}`);
        for (const { level, index, hash } of await newNodes(size, added, reader)) {
          expect(stored.has(`${level}/${index}`)).toBe(false);
          stored.set(`${level}/${index}`, hash);
        }
        size += count;
      }
      expect([...stored.keys()].sort()).toEqual(["1/0", "1/1", "1/2", "1/3", "2/0", "2/1", "3/0"]);
      for (const [name, hash] of stored) {
        const [level = 0, index = 0] = name.split("/").map(Number);
        expect(hash).toEqual(read(level, index));
      }
    }
  });
});
