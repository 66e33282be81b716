import type { Automaton, Position } from "@/server/policy-language/values/pattern-automaton";

// A set of positions is a row of 32-bit words. One step of the search: the positions that may follow the active ones,
// or begin a match here, and of those the ones that take this character. `follow` is kept by byte of the active set,
// so that a step costs the same however many positions are active.

const bytesPerWord = 4;
const byteValues = 256;

interface Tables {
  readonly words: number;
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly follow: Int32Array;
  /** Lowest code point of each stretch whose characters are all taken by the same positions. */
  readonly stretches: Int32Array;
  readonly stretchOfAscii: Uint16Array;
  /** Words of each stretch, then of the symbols before and after the text. */
  readonly takes: Int32Array;
}

/** Answers whether the pattern matches anywhere in a text. */
export function planSearch(automaton: Automaton): (text: string) => boolean {
  if (automaton.takesNothing) return () => true;
  const tables = makeTables(automaton);
  const count = tables.stretches.length;
  // Scratch space of one search; searches do not overlap, nothing in them waits.
  const active = new Int32Array(tables.words);
  const following = new Int32Array(tables.words);
  return (text) => {
    active.fill(0);
    if (advance(tables, active, following, count)) return true;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) ?? 0;
      if (code > 0xffff) at++;
      if (advance(tables, active, following, stretchOf(tables, code))) return true;
    }
    return advance(tables, active, following, count + 1);
  };
}

function advance(tables: Tables, active: Int32Array, following: Int32Array, stretch: number): boolean {
  const { words, first, last, follow, takes } = tables;
  following.set(first);
  for (let word = 0; word < words; word++) {
    let bits = active[word] ?? 0;
    for (let byte = word * bytesPerWord; bits !== 0; byte++, bits >>>= 8) {
      const row = (byte * byteValues + (bits & 0xff)) * words;
      for (let to = 0; to < words; to++) following[to] = (following[to] ?? 0) | (follow[row + to] ?? 0);
    }
  }
  let accepted = 0;
  for (let word = 0; word < words; word++) {
    const taken = (following[word] ?? 0) & (takes[stretch * words + word] ?? 0);
    active[word] = taken;
    accepted |= taken & (last[word] ?? 0);
  }
  return accepted !== 0;
}

function stretchOf(tables: Tables, code: number): number {
  if (code < 128) return tables.stretchOfAscii[code] ?? 0;
  const { stretches } = tables;
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((stretches[middle] ?? 0) <= code) low = middle;
    else high = middle - 1;
  }
  return low;
}

function makeTables(automaton: Automaton): Tables {
  const { positions } = automaton;
  const words = Math.ceil(positions.length / 32);
  const stretches = stretchStarts(positions);
  const tables = {
    words,
    first: bitsOf(automaton.first, words),
    last: bitsOf(automaton.last, words),
    follow: followTable(automaton, words),
    stretches,
    takes: takesTable(positions, stretches, words),
  };
  const stretchOfAscii = new Uint16Array(128);
  let stretch = 0;
  for (let code = 0; code < 128; code++) {
    while ((stretches[stretch + 1] ?? Number.POSITIVE_INFINITY) <= code) stretch++;
    stretchOfAscii[code] = stretch;
  }
  return { ...tables, stretchOfAscii };
}

function stretchStarts(positions: readonly Position[]): Int32Array {
  const starts = new Set([0]);
  for (const position of positions) {
    if ("edge" in position) continue;
    for (const [low, high] of position.ranges) starts.add(low).add(high + 1);
  }
  return Int32Array.from([...starts].sort((a, b) => a - b));
}

function takesTable(positions: readonly Position[], stretches: Int32Array, words: number): Int32Array {
  const takes = new Int32Array((stretches.length + 2) * words);
  const mark = (stretch: number, position: number) => {
    const index = stretch * words + (position >> 5);
    takes[index] = (takes[index] ?? 0) | (1 << (position & 31));
  };
  for (const [index, position] of positions.entries()) {
    if ("edge" in position) mark(stretches.length + (position.edge === "start" ? 0 : 1), index);
    else
      for (const [stretch, code] of stretches.entries())
        if (position.ranges.some(([low, high]) => low <= code && code <= high)) mark(stretch, index);
  }
  return takes;
}

function followTable(automaton: Automaton, words: number): Int32Array {
  const table = new Int32Array(words * bytesPerWord * byteValues * words);
  for (let byte = 0; byte < words * bytesPerWord; byte++) {
    for (let value = 1; value < byteValues; value++) {
      const row = (byte * byteValues + value) * words;
      // The row without its lowest bit is already there; that bit's followers are added.
      const lowest = 31 - Math.clz32(value & -value);
      const rest = (byte * byteValues + (value & (value - 1))) * words;
      const followers = bitsOf(automaton.follow[byte * 8 + lowest] ?? new Set<number>(), words);
      for (let word = 0; word < words; word++) table[row + word] = (table[rest + word] ?? 0) | (followers[word] ?? 0);
    }
  }
  return table;
}

function bitsOf(set: ReadonlySet<number>, words: number): Int32Array {
  const bits = new Int32Array(words);
  for (const position of set) bits[position >> 5] = (bits[position >> 5] ?? 0) | (1 << (position & 31));
  return bits;
}
