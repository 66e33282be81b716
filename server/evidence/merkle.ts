// RFC 9162 §2.1. Only the roots of complete subtrees are ever stored: they never change, and everything else follows from
// them. All walks are loops, and sizes are divided rather than shifted, because shifting stops at 2^31.
import { hash as digest } from "node:crypto";
import { HASH_BYTES } from "./hash";

/**
 * The root of a complete subtree: node (level, index) covers the leaves [index × 2^level, (index + 1) × 2^level); level 0 is
 * the leaf hashes. Asked for nothing that the tree does not have whole.
 */
export type NodeReader = (level: number, index: number) => Promise<Buffer> | Buffer;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** SHA-256 of no bytes: the root of a log without a leaf. */
export const EMPTY_ROOT: Buffer = sha256(new Uint8Array(0));

/** SHA-256(0x00 ‖ leaf). */
export function leafHash(leaf: Uint8Array): Buffer {
  return sha256(LEAF, leaf);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(NODE, left, right);
}

/** The root over these leaf hashes. */
export function rootOf(leafHashes: readonly Uint8Array[]): Buffer {
  if (leafHashes.length === 0) return EMPTY_ROOT;
  let level: Buffer[] = leafHashes.map((hash) => Buffer.from(hash));
  // A last node without a sibling moves up as it is, which is what splitting at the largest power of two comes to.
  while (level.length > 1) {
    level = level.flatMap((left, at) => {
      const right = level[at + 1];
      if (at % 2 === 1) return [];
      return [right === undefined ? left : nodeHash(left, right)];
    });
  }
  return level[0] ?? EMPTY_ROOT;
}

/** The root over the first `size` leaves. */
export function rootAt(size: number, read: NodeReader): Promise<Buffer> {
  return size === 0 ? Promise.resolve(EMPTY_ROOT) : rangeRoot(0, size, read);
}

/** RFC 9162 §2.1.3.1. Throws RangeError unless 0 ≤ index < size. */
export async function inclusionPath(index: number, size: number, read: NodeReader): Promise<Buffer[]> {
  if (!isBelow(index, size)) throw new RangeError(`no leaf ${index} in a log of ${size}`);
  const path: Buffer[] = [];
  let start = 0;
  let rest = size;
  while (rest > 1) {
    const left = splitOf(rest);
    if (index - start < left) {
      path.push(await rangeRoot(start + left, rest - left, read));
      rest = left;
    } else {
      path.push(await rangeRoot(start, left, read));
      start += left;
      rest -= left;
    }
  }
  return path.reverse();
}

/** RFC 9162 §2.1.4.1; empty when `from` is 0 or `to`. Throws RangeError unless 0 ≤ from ≤ to. */
export async function consistencyPath(from: number, to: number, read: NodeReader): Promise<Buffer[]> {
  if (!isBelow(from, to + 1)) throw new RangeError(`a log of ${from} is not the beginning of one of ${to}`);
  if (from === 0) return [];
  const path: Buffer[] = [];
  let start = 0;
  let rest = to;
  while (from - start < rest) {
    const left = splitOf(rest);
    if (from - start <= left) {
      path.push(await rangeRoot(start + left, rest - left, read));
      rest = left;
    } else {
      path.push(await rangeRoot(start, left, read));
      start += left;
      rest -= left;
    }
  }
  // The old root itself need not be told when it is a node of the new tree.
  if (start > 0) path.push(await rangeRoot(start, rest, read));
  return path.reverse();
}

/** RFC 9162 §2.1.3.2. False for anything that is not the one right path. */
export function verifyInclusion(claim: {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  if (!isBelow(claim.index, claim.size) || ![claim.leafHash, ...claim.path].every(isHash)) return false;
  let node = claim.index;
  let last = claim.size - 1;
  let root: Uint8Array = claim.leafHash;
  for (const sibling of claim.path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      root = nodeHash(sibling, root);
      [node, last] = upToRightChild(node, last);
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(root, claim.root);
}

/** RFC 9162 §2.1.4.2. An empty log is the beginning of every log; a log is consistent with itself. */
export function verifyConsistency(claim: {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}): boolean {
  const { from, to, fromRoot, toRoot, path } = claim;
  if (!isBelow(from, to + 1) || !path.every(isHash)) return false;
  if (from === to) return path.length === 0 && isSame(fromRoot, toRoot) && (to > 0 || isSame(toRoot, EMPTY_ROOT));
  if (from === 0) return path.length === 0 && isSame(fromRoot, EMPTY_ROOT) && isHash(toRoot);
  const nodes = isPowerOfTwo(from) ? [fromRoot, ...path] : path;
  const [first, ...others] = nodes;
  if (first === undefined || path.length === 0) return false;
  let node = from - 1;
  let last = to - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [oldRoot, newRoot] = [first, first];
  for (const sibling of others) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      newRoot = nodeHash(sibling, newRoot);
      [node, last] = upToRightChild(node, last);
    } else {
      newRoot = nodeHash(newRoot, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(oldRoot, fromRoot) && isSame(newRoot, toRoot);
}

export type TreeNode = { readonly level: number; readonly index: number; readonly hash: Buffer };

/** The complete subtrees of level 1 and above that appending these leaves to a log of `size` makes; lower levels first. */
export async function newNodes(size: number, leafHashes: readonly Uint8Array[], read: NodeReader): Promise<TreeNode[]> {
  const made: TreeNode[] = [];
  let first = size;
  let added: readonly Uint8Array[] = leafHashes;
  for (let level = 1; added.length > 0; level += 1) {
    const next: Buffer[] = [];
    const parent = half(first);
    for (let index = parent; index < half(first + added.length); index += 1) {
      // Only the first pair can begin with a node that was there before.
      const left = added[2 * index - first] ?? (await read(level - 1, 2 * index));
      const right = added[2 * index + 1 - first];
      if (right === undefined) break;
      const hash = nodeHash(left, right);
      made.push({ level, index, hash });
      next.push(hash);
    }
    first = parent;
    added = next;
  }
  return made;
}

/** The root over `size` leaves from `start`, which is a multiple of the largest power of two in `size`: from right to left. */
async function rangeRoot(start: number, size: number, read: NodeReader): Promise<Buffer> {
  const peaks: [level: number, index: number][] = [];
  for (let at = start, rest = size; rest > 0; ) {
    const level = Math.floor(Math.log2(rest));
    peaks.push([level, at / 2 ** level]);
    at += 2 ** level;
    rest -= 2 ** level;
  }
  let root: Buffer | null = null;
  for (const [level, index] of peaks.reverse()) {
    const peak = await read(level, index);
    root = root === null ? peak : nodeHash(peak, root);
  }
  return root ?? EMPTY_ROOT;
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

// A node that is the last of its level and a left child has no sibling there: it stands for its parent.
function upToRightChild(node: number, last: number): [number, number] {
  let [up, end] = [node, last];
  while (!isOdd(up) && up > 0) [up, end] = [half(up), half(end)];
  return [up, end];
}

function isBelow(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

function isPowerOfTwo(size: number): boolean {
  return 2 ** Math.floor(Math.log2(size)) === size;
}

function isOdd(index: number): boolean {
  return index % 2 === 1;
}

function half(index: number): number {
  return Math.floor(index / 2);
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.from(digest("sha256", Buffer.concat(parts), "hex"), "hex");
}
