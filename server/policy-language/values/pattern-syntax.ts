import {
  complement,
  digits,
  ignoreCase,
  lastCodePoint,
  lineFeed,
  type PatternTree,
  type Ranges,
  spaces,
  wordCharacters,
} from "@/server/policy-language/values/pattern-tree";

// RE2's syntax as far as an automaton without memory can follow it: no back-references and no look-around (RE2 has
// none either), and no word boundaries, Unicode classes or multi-line mode.

/** Raised inside of the parser only; `parsePattern` answers it as data. */
class PatternError {
  constructor(readonly message: string) {}
}

export type ParsedPattern =
  | { readonly ok: true; readonly tree: PatternTree }
  | { readonly ok: false; readonly message: string };

export function parsePattern(pattern: string): ParsedPattern {
  const flags = /^\(\?([is]+)\)/.exec(pattern);
  const letters = flags?.[1] ?? "";
  const reader = new Reader([...pattern.slice(flags?.[0].length ?? 0)], letters.includes("i"), letters.includes("s"));
  try {
    const tree = reader.alternatives();
    return reader.isAtEnd() ? { ok: true, tree } : { ok: false, message: "A `)` has no partner." };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, message: error.message };
    throw error;
  }
}

const maxRepeat = 100;
const sets: Readonly<Record<string, Ranges>> = {
  d: digits,
  D: complement(digits),
  w: wordCharacters,
  W: complement(wordCharacters),
  s: spaces,
  S: complement(spaces),
};
const controls: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7 };

class Reader {
  private at = 0;

  constructor(
    private readonly source: readonly string[],
    private readonly ignoresCase: boolean,
    private readonly dotTakesLines: boolean,
  ) {}

  isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  alternatives(): PatternTree {
    const parts = [this.sequence()];
    while (this.take("|")) parts.push(this.sequence());
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "either", parts };
  }

  private sequence(): PatternTree {
    const parts: PatternTree[] = [];
    while (!this.isAtEnd() && this.peek() !== "|" && this.peek() !== ")") parts.push(this.repeated());
    return parts.length === 0 ? { kind: "empty" } : { kind: "sequence", parts };
  }

  private repeated(): PatternTree {
    const of = this.atom();
    const bounds = this.quantifier();
    if (!bounds) return of;
    if (of.kind === "edge") throw new PatternError("`^` and `$` cannot be repeated.");
    this.take("?");
    if (this.quantifier()) throw new PatternError("A repetition cannot be repeated; use a group.");
    return { kind: "repeat", of, min: bounds[0], max: bounds[1] };
  }

  private quantifier(): readonly [number, number] | null {
    if (this.take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.take("?")) return [0, 1];
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.source.slice(this.at, this.at + 12).join(""));
    if (!counted) return null;
    this.at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY;
    if (min > max || min > maxRepeat || (Number.isFinite(max) && max > maxRepeat)) {
      throw new PatternError(`A repetition counts up to ${maxRepeat}, the smaller number first.`);
    }
    return [min, max];
  }

  private atom(): PatternTree {
    const character = this.next();
    if (character === "(") return this.group();
    if (character === "[") return this.set(this.characterClass());
    if (character === ".")
      return { kind: "set", ranges: this.dotTakesLines ? [[0, lastCodePoint]] : complement(lineFeed) };
    if (character === "^") return { kind: "edge", edge: "start" };
    if (character === "$") return { kind: "edge", edge: "end" };
    if (character === "*" || character === "+" || character === "?")
      throw new PatternError(`\`${character}\` has nothing to repeat.`);
    if (character !== "\\") return this.set(single(codePointOf(character)));
    if (this.take("A")) return { kind: "edge", edge: "start" };
    if (this.take("z")) return { kind: "edge", edge: "end" };
    return this.set(this.escape());
  }

  private group(): PatternTree {
    if (this.take("?")) {
      const opening = /^(?::|P?<[A-Za-z0-9_]+>)/.exec(this.source.slice(this.at, this.at + 64).join(""));
      if (!opening)
        throw new PatternError("Of the groups that start with `(?`, only `(?:…)` and named ones are available.");
      this.at += opening[0].length;
    }
    const inner = this.alternatives();
    if (!this.take(")")) throw new PatternError("A `(` has no partner.");
    return inner;
  }

  private characterClass(): Ranges {
    const isNegated = this.take("^");
    const ranges: (readonly [number, number])[] = [];
    for (let isFirst = true; isFirst || this.peek() !== "]"; isFirst = false) {
      if (this.isAtEnd()) throw new PatternError("A `[` has no partner.");
      if (this.peek() === "[" && this.source[this.at + 1] === ":")
        throw new PatternError("Classes such as `[:alpha:]` are not available.");
      ranges.push(...this.classMember());
    }
    this.at++;
    const folded = this.ignoresCase ? ignoreCase(ranges) : ranges;
    return isNegated ? complement(folded) : folded;
  }

  private classMember(): Ranges {
    const low = this.classCharacter();
    if (this.peek() !== "-" || this.source[this.at + 1] === "]" || this.at + 1 >= this.source.length) return low;
    this.at++;
    const high = this.classCharacter();
    const [from, to] = [onlyCodePoint(low), onlyCodePoint(high)];
    if (from === null || to === null || from > to)
      throw new PatternError("A range in `[…]` goes from a lower to a higher character.");
    return [[from, to]];
  }

  private classCharacter(): Ranges {
    const character = this.next();
    return character === "\\" ? this.escape() : single(codePointOf(character));
  }

  private escape(): Ranges {
    if (this.isAtEnd()) throw new PatternError("The pattern ends in the middle of an escape.");
    const character = this.next();
    const set = sets[character];
    if (set) return set;
    const control = controls[character];
    if (control !== undefined) return single(control);
    if (character === "x") return single(this.hexadecimal());
    if (/[A-Za-z0-9]/.test(character)) throw new PatternError(`\`\\${character}\` is not available.`);
    return single(codePointOf(character));
  }

  private hexadecimal(): number {
    const digitsText = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(
      this.source.slice(this.at, this.at + 8).join(""),
    );
    const code = Number.parseInt(digitsText?.[1] ?? digitsText?.[2] ?? "", 16);
    if (!digitsText || !(code <= lastCodePoint))
      throw new PatternError("`\\x` is followed by two hexadecimal digits or `{…}`.");
    this.at += digitsText[0].length;
    return code;
  }

  private set(ranges: Ranges): PatternTree {
    return { kind: "set", ranges: this.ignoresCase ? ignoreCase(ranges) : ranges };
  }

  private peek(): string | undefined {
    return this.source[this.at];
  }

  private next(): string {
    const character = this.source[this.at] ?? "";
    this.at++;
    return character;
  }

  private take(character: string): boolean {
    if (this.source[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

function single(codePoint: number): Ranges {
  return [[codePoint, codePoint]];
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function onlyCodePoint(ranges: Ranges): number | null {
  const [first] = ranges;
  return ranges.length === 1 && first && first[0] === first[1] ? first[0] : null;
}
