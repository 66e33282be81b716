import type { Span } from "@/server/policy-language/diagnostics/diagnostic";

// The parser reports where a node starts but not where it ends. These tokens give the ends, and the bracket depth
// before the parser runs: its recursion and its back-tracking both grow with that depth.

export type TokenKind = "name" | "number" | "text" | "mark";

export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
  /** Index of the other bracket; -1 for an unmatched bracket and for everything that is none. */
  partner: number;
}

const skipped = /(?:[ \t\n\r\f]+|\/\/[^\n]*)+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[uU]?/y;
const textStart = /(?:[rR][bB]?|[bB][rR]?)?("""|'''|"|')/y;
const mark = /&&|\|\||==|!=|<=|>=|[\s\S]/y;
const openers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export interface Tokens {
  readonly all: readonly Token[];
  /** The deepest nesting of brackets, matched or not. */
  readonly depth: number;
  /** The first bracket that has no partner. */
  readonly unmatched: Token | undefined;
}

export function tokenize(source: string): Tokens {
  const all: Token[] = [];
  let at = 0;
  while (at < source.length) {
    skipped.lastIndex = at;
    if (skipped.test(source)) at = skipped.lastIndex;
    if (at >= source.length) break;
    const [kind, to] = nextToken(source, at);
    all.push({ kind, from: at, to, text: source.slice(at, to), partner: -1 });
    at = to;
  }
  return { all, ...matchBrackets(all) };
}

function nextToken(source: string, at: number): readonly [TokenKind, number] {
  textStart.lastIndex = at;
  const opening = textStart.exec(source);
  if (opening) return ["text", endOfText(source, textStart.lastIndex, opening)];
  for (const [kind, pattern] of [
    ["name", name],
    ["number", number],
    ["mark", mark],
  ] as const) {
    pattern.lastIndex = at;
    if (pattern.test(source)) return [kind, pattern.lastIndex];
  }
  return ["mark", at + 1];
}

function endOfText(source: string, start: number, opening: RegExpExecArray): number {
  const quote = opening[1] ?? '"';
  const isRaw = /^[bB]?[rR]/.test(opening[0]);
  for (let at = start; at < source.length; at++) {
    if (source[at] === "\\" && !isRaw) at++;
    else if (source.startsWith(quote, at)) return at + quote.length;
  }
  return source.length;
}

function matchBrackets(all: readonly Token[]): Pick<Tokens, "depth" | "unmatched"> {
  const open: number[] = [];
  let depth = 0;
  let unmatched: Token | undefined;
  for (const [index, token] of all.entries()) {
    if (token.kind !== "mark") continue;
    if (token.text in openers) {
      open.push(index);
      depth = Math.max(depth, open.length);
    } else if (token.text === ")" || token.text === "]" || token.text === "}") {
      const opener = all[open.at(-1) ?? -1];
      if (opener && openers[opener.text] === token.text) {
        token.partner = open.pop() ?? -1;
        opener.partner = index;
      } else unmatched ??= token;
    }
  }
  return { depth, unmatched: unmatched ?? all[open.at(-1) ?? -1] };
}

/** Index of the first token that starts at or after an offset. */
export function tokenAt(tokens: Tokens, offset: number): number {
  let low = 0;
  let high = tokens.all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens.all[middle]?.from ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Widens a span so that it cuts no pair of brackets in two. */
export function balance(tokens: Tokens, span: Span): Span {
  let { from, to } = span;
  for (let index = tokenAt(tokens, from); index < tokens.all.length; index++) {
    const token = tokens.all[index];
    if (!token || token.from >= to) break;
    const partner = tokens.all[token.partner];
    if (!partner) continue;
    from = Math.min(from, partner.from);
    to = Math.max(to, partner.to);
  }
  return { from, to };
}
