// What a list is filtered by, and which filters there are.

export interface FilterDef {
  key: string;
  label: string;
  options?: readonly { value: string; label: string }[];
  /** Any text is a value, beside the options. */
  free?: boolean;
  /** Takes one value only; a second one takes the first one's place. */
  single?: boolean;
  /** `-key:value` is understood. */
  negatable?: boolean;
}

/** Values by key; what is left out stands under `-key`. Words that belong to no key are one text under `q`. */
export type FilterValue = Readonly<Record<string, readonly string[]>>;

/** Without this one value. */
export function withoutValue(value: FilterValue, key: string, item: string): FilterValue {
  const left = (value[key] ?? []).filter((each) => each !== item);
  const { [key]: _gone, ...others } = value;
  return left.length === 0 ? others : { ...others, [key]: left };
}

/** The filter of a key, with or without its minus. */
export function definitionOf(key: string, filters: readonly FilterDef[]): FilterDef | undefined {
  return filters.find((filter) => filter.key === key.replace(/^-/, ""));
}
