// The text of a filter: `severity:(high OR critical) -agent:ci-bot "some words"`. Text and chips are two views of one value.

import { definitionOf, type FilterDef, type FilterValue } from "./filter-value";

export interface ParsedFilter {
  value: Record<string, string[]>;
  /** What was not understood, as sentences; it is not in `value`. */
  problems: string[];
}

interface Token {
  kind: "open" | "close" | "text";
  text: string;
  /** Where an unquoted colon ends the key; -1 without one. */
  colon: number;
  isQuoted: boolean;
}

/** Reads a filter's text. Never throws: what it does not understand is a problem. */
export function parseFilter(text: string, filters: readonly FilterDef[]): ParsedFilter {
  const parsed: ParsedFilter = { value: {}, problems: [] };
  const tokens = tokensOf(text);
  const loose: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== "text") continue;
    if (token.colon < 1) {
      loose.push(token.text);
      continue;
    }
    const key = token.text.slice(0, token.colon);
    const rest = token.text.slice(token.colon + 1);
    const group = rest === "" && !token.isQuoted ? groupAt(tokens, at + 1) : null;
    if (group) at = group.end;
    addTo(parsed, key, group?.values ?? [rest], filters);
  }
  const sentence = loose.join(" ").trim();
  if (sentence !== "") addTo(parsed, "q", [sentence], filters);
  return parsed;
}

/** The text that `parseFilter` reads back into the same value. */
export function formatFilter(value: FilterValue): string {
  const parts = Object.entries(value).flatMap(([key, values]) => {
    if (values.length === 0) return [];
    if (key === "q") return values.flatMap((sentence) => sentence.split(/\s+/).map(quoted));
    const [first = ""] = values;
    return [`${key}:${values.length === 1 ? quoted(first) : `(${values.map(quoted).join(" OR ")})`}`];
  });
  return parts.join(" ");
}

/** The two together; a key that takes one value takes the newer. */
export function mergedFilters(before: FilterValue, added: FilterValue, filters: readonly FilterDef[]): FilterValue {
  const merged: Record<string, readonly string[]> = { ...before };
  for (const [key, values] of Object.entries(added)) {
    const isSingle = key === "q" || definitionOf(key, filters)?.single === true;
    merged[key] = isSingle ? values.slice(-1) : [...new Set([...(before[key] ?? []), ...values])];
  }
  return merged;
}

function addTo(parsed: ParsedFilter, key: string, values: readonly string[], filters: readonly FilterDef[]): void {
  const definition = definitionOf(key, filters);
  const problem = faultOf(key, values, definition);
  if (problem !== null || !definition) {
    parsed.problems.push(problem ?? `There is no filter “${key}”.`);
    return;
  }
  if (key === "q") {
    parsed.value.q = [[...(parsed.value.q ?? []), ...values].flatMap((text) => text.trim().split(/\s+/)).join(" ")];
    return;
  }
  const known = values.map((value) => optionOf(definition, value) ?? value);
  const before = definition.single ? [] : (parsed.value[key] ?? []);
  parsed.value[key] = [...new Set([...before, ...(definition.single ? known.slice(-1) : known)])];
}

function faultOf(key: string, values: readonly string[], definition: FilterDef | undefined): string | null {
  if (!definition) return key === "q" ? "Write a filter as name:value." : `There is no filter “${key}”.`;
  if (key.startsWith("-") && !definition.negatable) return `“${definition.label}” cannot be left out.`;
  const empty = values.some((value) => value.trim() === "");
  if (empty || values.length === 0) return `“${definition.label}” needs a value.`;
  const strange = values.find(
    (value) => definition.options && !definition.free && optionOf(definition, value) === null,
  );
  return strange === undefined ? null : `“${definition.label}” cannot be “${strange}”.`;
}

function optionOf(definition: FilterDef, value: string): string | null {
  const lower = value.toLowerCase();
  return definition.options?.find((option) => option.value.toLowerCase() === lower)?.value ?? null;
}

function groupAt(tokens: readonly Token[], start: number): { values: string[]; end: number } | null {
  if (tokens[start]?.kind !== "open") return null;
  const close = tokens.findIndex((token, at) => at > start && token.kind === "close");
  const end = close < 0 ? tokens.length : close;
  const inside = tokens.slice(start + 1, end).filter((token) => token.kind === "text");
  return { values: inside.filter((token) => token.isQuoted || token.text !== "OR").map(({ text }) => text), end };
}

const tokenPattern = /\s+|([()])|((?:"(?:[^"\\]|\\.)*"?|[^\s()"])+)/g;

function tokensOf(text: string): Token[] {
  return [...text.matchAll(tokenPattern)].flatMap(([, paren, word]): Token[] => {
    if (paren !== undefined)
      return [{ kind: paren === "(" ? "open" : "close", text: paren, colon: -1, isQuoted: false }];
    if (word === undefined) return [];
    const firstQuote = word.indexOf('"');
    const colon = word.indexOf(":");
    const isKey = colon >= 0 && (firstQuote < 0 || colon < firstQuote);
    return [{ kind: "text", text: unquoted(word), colon: isKey ? colon : -1, isQuoted: firstQuote >= 0 }];
  });
}

function unquoted(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"?/g, (_all, inner: string) => inner.replace(/\\(.)/g, "$1"));
}

function quoted(value: string): string {
  const isPlain = /^[^\s()":\\]+$/.test(value) && value !== "OR";
  return isPlain ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
