// What may come next in the text of a filter, for the word the caret is in.

import { formatFilter } from "./filter-grammar";
import type { FilterDef, FilterValue } from "./filter-value";

export interface Suggestion {
  /** Takes the place of the text's last word. */
  insert: string;
  label: string;
  hint: string;
  /** Whether the filter is whole with it; otherwise its value comes next. */
  isWhole: boolean;
}

const most = 12;

/** Names of filters, or the options of the filter whose name is written already. */
export function suggestionsFor(draft: string, filters: readonly FilterDef[], value: FilterValue): Suggestion[] {
  const word = /[^\s()]*$/.exec(draft)?.[0] ?? "";
  const minus = word.startsWith("-") ? "-" : "";
  const [name = "", ...rest] = word.slice(minus.length).split(":");
  if (rest.length > 0) return optionsOf(filters, minus, name, rest.join(":"), value);
  return filters
    .filter((filter) => filter.key !== "q" && (minus === "" || filter.negatable))
    .filter((filter) => isWithin(name, filter.key) || isWithin(name, filter.label))
    .slice(0, most)
    .map((filter) => ({
      insert: `${minus}${filter.key}:`,
      label: `${minus}${filter.key}:`,
      hint: filter.label,
      isWhole: false,
    }));
}

/** The text with the suggestion in the place of its last word. */
export function completed(draft: string, suggestion: Suggestion): string {
  return draft.replace(/[^\s()]*$/, "") + suggestion.insert;
}

function optionsOf(
  filters: readonly FilterDef[],
  minus: string,
  name: string,
  typed: string,
  value: FilterValue,
): Suggestion[] {
  const filter = filters.find(({ key }) => key === name);
  const chosen = new Set(value[`${minus}${name}`] ?? []);
  return (filter?.options ?? [])
    .filter((option) => !chosen.has(option.value))
    .filter((option) => isWithin(typed, option.value) || isWithin(typed, option.label))
    .slice(0, most)
    .map((option) => ({
      insert: formatFilter({ [`${minus}${name}`]: [option.value] }),
      label: option.label,
      hint: option.label === option.value ? "" : option.value,
      isWhole: true,
    }));
}

function isWithin(part: string, text: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
