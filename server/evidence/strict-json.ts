// I-JSON (RFC 7493), held to the letter: what two readers could understand differently is refused, not settled. JSON.parse
// keeps the last of two members of one name and rounds long numbers, and both would let a file say two things.

/** The text is not JSON at all. */
export class NotJson extends Error {
  override readonly name = "NotJson";
}

/** It is JSON, but of the kind that readers understand differently. */
export class AmbiguousJson extends Error {
  override readonly name = "AmbiguousJson";
}

const MAX_DEPTH = 128;
/** No double needs as many characters. */
const MAX_NUMBER = 400;

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON's own rule, a string holds no control character as it is
const CONTROL = /[\u0000-\u001f]/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The value of a JSON text.
 * @throws NotJson for what is no JSON; AmbiguousJson for a member twice there, a lone surrogate, a number no double holds, too many levels.
 */
export function parseStrictJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
      case "f":
      case "n":
        return this.#word();
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #object(depth: number): { [name: string]: unknown } {
    this.#deeper(depth);
    const object: { [name: string]: unknown } = {};
    for (let count = 0; this.#hasNext("}", count === 0); count += 1) {
      this.#take(SPACE);
      const name = this.#string();
      this.#take(SPACE);
      this.#punctuation(":");
      if (Object.hasOwn(object, name)) throw new AmbiguousJson(`the member ${JSON.stringify(name)} is there twice`);
      const value = this.value(depth + 1);
      // An assignment to `__proto__` would not make a member.
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return object;
  }

  #array(depth: number): unknown[] {
    this.#deeper(depth);
    const array: unknown[] = [];
    while (this.#hasNext("]", array.length === 0)) array.push(this.value(depth + 1));
    return array;
  }

  /** Steps over the comma before the next item, or over the closing bracket. */
  #hasNext(close: string, isFirst: boolean): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return false;
    }
    if (!isFirst) this.#punctuation(",");
    return true;
  }

  // Found by its closing quote rather than by a pattern: a pattern's stack ends before a long string does.
  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#unexpected();
    let end = this.#text.indexOf('"', start + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    const literal = this.#text.slice(start, end + 1);
    if (end < 0 || CONTROL.test(literal)) throw this.#unexpected();
    const text = literal.includes("\\") ? this.#unescaped(literal) : literal.slice(1, -1);
    if (LONE_SURROGATE.test(text)) throw new AmbiguousJson("half a surrogate pair stands alone");
    this.#at = end + 1;
    return text;
  }

  #isEscaped(quote: number): boolean {
    let first = quote;
    while (this.#text[first - 1] === "\\") first -= 1;
    return (quote - first) % 2 === 1;
  }

  #unescaped(literal: string): string {
    try {
      return String(JSON.parse(literal));
    } catch {
      throw this.#unexpected();
    }
  }

  #number(): number {
    const literal = this.#take(NUMBER);
    if (literal === null || literal === "") throw this.#unexpected();
    const number = Number(literal);
    // `jcs` would write another number than the one that stands here, and its hash would cover both.
    const isKept = Number.isFinite(number) && literal.length <= MAX_NUMBER && isSameDecimal(String(number), literal);
    if (!isKept) throw new AmbiguousJson(`the number ${literal.slice(0, 40)} does not fit a double`);
    return number;
  }

  #word(): boolean | null {
    const word = this.#take(WORD);
    if (word === null) throw this.#unexpected();
    return word === "null" ? null : word === "true";
  }

  #deeper(depth: number): void {
    if (depth >= MAX_DEPTH) throw new AmbiguousJson(`nested deeper than ${MAX_DEPTH} levels`);
    this.#at += 1;
  }

  #punctuation(mark: string): void {
    if (this.#text[this.#at] !== mark) throw this.#unexpected();
    this.#at += 1;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #unexpected(): NotJson {
    const what = this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : "the end";
    return new NotJson(`unexpected ${what} at character ${this.#at + 1}`);
  }
}

function isSameDecimal(one: string, other: string): boolean {
  return one === other || decimalOf(one) === decimalOf(other);
}

/** The number that a literal names, digits and the power of ten of the last of them: the same for 10, 1e1 and 10.0. */
function decimalOf(literal: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === "" ? "0" : `${significant}e${power}`;
}
