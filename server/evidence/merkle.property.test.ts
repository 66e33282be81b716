import { randomBytes, randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { writeHash } from "./hash";
import {
  consistencyPath,
  inclusionPath,
  leafHash,
  type NodeReader,
  nodeHash,
  rootAt,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "./merkle";
import { rootByInclusion, rootsByConsistency, treeRoot } from "./testing/second-file-verifier";

const LEVELS = 17;
const BLOCK = 10;

/** All complete subtrees over 2^17 leaves; a tree of the test is a range that begins at one of its blocks. */
const nodes = levelsOf(Array.from({ length: 2 ** LEVELS }, (_, at) => leafHash(Buffer.from(`leaf ${at}`))));

function levelsOf(leaves: Buffer[]): Buffer[][] {
  const levels = [leaves];
  for (let below = leaves; below.length > 1; below = levels.at(-1) ?? []) {
    const lower = below;
    levels.push(
      Array.from({ length: lower.length / 2 }, (_, at) => nodeHash(node(lower, 2 * at), node(lower, 2 * at + 1))),
    );
  }
  return levels;
}

function node(level: readonly Buffer[] | undefined, index: number): Buffer {
  return level?.[index] ?? expect.fail(`node ${index} was asked for and is not there`);
}

/** Gives complete subtrees of the tree over `size` leaves from `offset`, and fails when another node is asked for. */
function readerOf(offset: number, size: number): NodeReader {
  return (level, index) => {
    expect((index + 1) * 2 ** level).toBeLessThanOrEqual(size);
    return node(nodes[level], offset / 2 ** level + index);
  };
}

async function checkTree(offset: number, size: number, isCompared: boolean): Promise<void> {
  const read = readerOf(offset, size);
  const root = await rootAt(size, read);
  if (isCompared) {
    const leaves = nodes[0]?.slice(offset, offset + size) ?? [];
    expect([rootOf(leaves), treeRoot(leaves)]).toEqual([root, root]);
  }
  const depth = Math.ceil(Math.log2(size));
  const index = randomInt(size);
  const leaf = node(nodes[0], offset + index);
  const path = await inclusionPath(index, size, read);
  expect(path.length).toBeLessThanOrEqual(depth);
  const inclusion = { leafHash: leaf, index, size, path, root };
  expect(verifyInclusion(inclusion)).toBe(true);
  expect(rootByInclusion(leaf, index, size, path.map(writeHash))).toEqual(root);
  refuseInclusion(inclusion);
  const from = 1 + randomInt(size);
  const fromRoot = await rootAt(from, readerOf(offset, from));
  const growth = await consistencyPath(from, size, read);
  expect(growth.length).toBeLessThanOrEqual(depth + 1);
  const consistency = { from, to: size, fromRoot, toRoot: root, path: growth };
  expect(verifyConsistency(consistency)).toBe(true);
  const shape = { from, to: size, path: growth.map(writeHash), isWhole: true };
  expect(rootsByConsistency(fromRoot, shape)).toEqual({ old: fromRoot, now: root });
  refuseConsistency(consistency);
}

function refuseInclusion(good: Parameters<typeof verifyInclusion>[0]): void {
  const wrong = [
    ...good.path.map((_, at) => ({ path: good.path.with(at, flipped(good.path[at])) })),
    ...[{ leafHash: flipped(good.leafHash) }, { root: flipped(good.root) }],
    ...[{ path: [...good.path, randomBytes(32)] }, { path: good.path.slice(1) }, { path: good.path.slice(0, -1) }],
  ];
  for (const change of wrong) {
    const isSame = "path" in change && change.path.length === good.path.length && good.path.length === 0;
    if (!isSame) expect(verifyInclusion({ ...good, ...change })).toBe(false);
  }
}

function refuseConsistency(good: Parameters<typeof verifyConsistency>[0]): void {
  const wrong = [
    ...good.path.map((_, at) => ({ path: good.path.with(at, flipped(good.path[at])) })),
    ...[{ fromRoot: flipped(good.fromRoot) }, { toRoot: flipped(good.toRoot) }],
    ...[{ path: [...good.path, randomBytes(32)] }],
    ...(good.path.length > 0 ? [{ path: good.path.slice(1) }, { path: good.path.slice(0, -1) }] : []),
  ];
  for (const change of wrong) expect(verifyConsistency({ ...good, ...change })).toBe(false);
}

function flipped(hash: Uint8Array | undefined): Buffer {
  const copy = Buffer.from(hash ?? []);
  const bit = randomInt(256);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

it("C4: 10 000 random trees of up to 2^10 leaves: every honest proof holds, every changed one does not", async () => {
  for (let tree = 0; tree < 10_000; tree += 1) {
    const offset = randomInt(2 ** (LEVELS - BLOCK)) * 2 ** BLOCK;
    await checkTree(offset, 1 + randomInt(2 ** BLOCK), tree % 20 === 0);
  }
});

it("C4: 20 trees of up to 2^17 leaves", async () => {
  for (let tree = 0; tree < 20; tree += 1) {
    const size = tree === 0 ? 2 ** LEVELS : 2 ** (LEVELS - 1) + randomInt(2 ** (LEVELS - 1));
    for (let sample = 0; sample < 50; sample += 1) await checkTree(0, size, false);
  }
});

it("C4: all trees of up to 64 leaves, every leaf and every beginning", async () => {
  for (let size = 1; size <= 64; size += 1) {
    const read = readerOf(0, size);
    const root = await rootAt(size, read);
    for (let index = 0; index < size; index += 1) {
      const path = await inclusionPath(index, size, read);
      expect(verifyInclusion({ leafHash: node(nodes[0], index), index, size, path, root })).toBe(true);
      const from = index + 1;
      const fromRoot = await rootAt(from, readerOf(0, from));
      const growth = await consistencyPath(from, size, read);
      expect(verifyConsistency({ from, to: size, fromRoot, toRoot: root, path: growth })).toBe(true);
    }
  }
});
