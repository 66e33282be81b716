"use client";

import { ListFilter, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { classes } from "@/components/ui/classes";
import { Kbd } from "@/components/ui/kbd";
import type { Suggestion } from "./filter-suggestions";
import { definitionOf, type FilterDef, type FilterValue, withoutValue } from "./filter-value";

// How filters are written is fetched when somebody is about to write one.
type Writing = typeof import("./filter-grammar") &
  typeof import("./filter-suggestions") &
  typeof import("./filter-offers");
const loadWriting = async (): Promise<Writing> => ({
  ...(await import("./filter-grammar")),
  ...(await import("./filter-suggestions")),
  ...(await import("./filter-offers")),
});

interface FilterBarProps {
  filters: readonly FilterDef[];
  value: FilterValue;
  onChange: (value: Record<string, string[]>) => void;
  placeholder: string;
}

/** Chips for what is set and a text for what is to come; the same value as text by "Edit as text". */
export function FilterBar({ filters, value, onChange, placeholder }: FilterBarProps) {
  const draft = useDraft(filters, value, (next) => onChange(copied(next)));
  const isSet = Object.values(value).some((values) => values.length > 0);
  return (
    <div>
      <div className="flex min-h-9 flex-wrap items-center gap-1.5 border-y px-3 py-1">
        <ListFilter aria-hidden className="ml-1 size-3.5 shrink-0 text-faint" />
        <Chips filters={filters} value={value} onRemove={draft.remove} />
        <DraftInput draft={draft} filters={filters} value={value} placeholder={isSet ? "" : placeholder} />
        {isSet ? <BarActions onEdit={draft.editAll} onClear={draft.clear} /> : null}
      </div>
      {draft.problems.length > 0 ? (
        <p role="alert" className="px-4 pt-1 text-tone-deny text-xs">
          {draft.problems.join(" ")}
        </p>
      ) : null}
    </div>
  );
}

interface Draft {
  text: string;
  write: (text: string) => void;
  problems: readonly string[];
  /** The text becomes part of the value; what is not understood stays written. */
  apply: (text: string) => void;
  remove: (key: string, item: string) => void;
  /** The last chip becomes text again. */
  editLast: () => void;
  editAll: () => void;
  clear: () => void;
}

function useDraft(filters: readonly FilterDef[], value: FilterValue, change: (value: FilterValue) => void): Draft {
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<readonly string[]>([]);

  async function apply(written: string): Promise<void> {
    const { mergedFilters, parseFilter } = await loadWriting();
    const parsed = parseFilter(written, filters);
    setProblems(parsed.problems);
    setText(parsed.problems.length > 0 ? written : "");
    if (parsed.problems.length === 0) change(mergedFilters(value, parsed.value, filters));
  }

  async function editLast(): Promise<void> {
    const last = lastOf(value);
    if (last === null) return;
    const { formatFilter } = await loadWriting();
    setText(formatFilter({ [last.key]: [last.item] }));
    change(withoutValue(value, last.key, last.item));
  }

  async function editAll(): Promise<void> {
    const { formatFilter } = await loadWriting();
    setText([formatFilter(value), text].filter((part) => part !== "").join(" "));
    change({});
  }

  const write = (written: string) => {
    setText(written);
    setProblems([]);
  };
  return {
    ...{ text, write, problems, apply, editLast, editAll },
    remove: (key, item) => change(withoutValue(value, key, item)),
    clear: () => change({}),
  };
}

function BarActions({ onEdit, onClear }: { onEdit: () => void; onClear: () => void }) {
  const look = "h-6 rounded px-1.5 text-muted text-xs hover:bg-hover hover:text-ink";
  return (
    <span className="ml-auto flex shrink-0 gap-0.5">
      <button type="button" className={classes(look, "max-sm:hidden")} onClick={onEdit}>
        Edit as text
      </button>
      <button type="button" className={look} onClick={onClear}>
        Clear
      </button>
    </span>
  );
}

interface ChipsProps {
  filters: readonly FilterDef[];
  value: FilterValue;
  onRemove: (key: string, item: string) => void;
}

function Chips({ filters, value, onRemove }: ChipsProps) {
  return Object.entries(value).flatMap(([key, items]) =>
    items.map((item) => {
      const name = key === "q" ? "Text" : (definitionOf(key, filters)?.label ?? key);
      const shown = definitionOf(key, filters)?.options?.find((option) => option.value === item)?.label ?? item;
      const text = `${name} ${key.startsWith("-") ? "is not" : "is"} ${shown}`;
      return (
        <span key={`${key}:${item}`} className="flex h-6 max-w-full items-center rounded bg-tone-neutral-soft text-xs">
          <span className="truncate pl-2" title={text}>
            <span className="text-muted">{key.startsWith("-") ? `not ${name.toLowerCase()}` : name} </span>
            {shown}
          </span>
          <button
            type="button"
            aria-label={`Remove the filter: ${text}`}
            onClick={() => onRemove(key, item)}
            className="flex size-6 shrink-0 items-center justify-center rounded text-muted hover:text-ink"
          >
            <X aria-hidden className="size-3" />
          </button>
        </span>
      );
    }),
  );
}

interface DraftInputProps {
  draft: Draft;
  filters: readonly FilterDef[];
  value: FilterValue;
  placeholder: string;
}

function DraftInput({ draft, filters, value, placeholder }: DraftInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const offered = useOffers(input, draft, (writing, text) => writing.suggestionsFor(text, filters, value));
  useSlash(input);
  return (
    <span className="relative min-w-40 flex-1">
      <input
        ref={input}
        role="combobox"
        aria-label="Filter"
        aria-expanded={offered.offers.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-invalid={draft.problems.length > 0 || undefined}
        aria-activedescendant={offered.offers[offered.active] ? `${list}-${offered.active}` : undefined}
        value={draft.text}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => offered.typed(event.target.value)}
        onFocus={offered.open}
        onBlur={offered.close}
        onKeyDown={offered.onKeyDown}
        className="h-7 w-full rounded bg-transparent px-1.5 text-sm"
      />
      {placeholder !== "" && draft.text === "" ? (
        <span className="pointer-events-none absolute top-1 right-2 max-md:hidden">
          <Kbd>/</Kbd>
        </span>
      ) : null}
      {offered.Offers === null ? null : (
        <offered.Offers id={list} offers={offered.offers} active={offered.active} onTake={offered.take} />
      )}
    </span>
  );
}

type Find = (writing: Writing, text: string) => Suggestion[];

function useOffers(input: RefObject<HTMLInputElement | null>, draft: Draft, find: Find) {
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const writing = useWriting(isOpen);
  const offers = isOpen && writing !== null ? find(writing, draft.text) : [];

  function take(suggestion: Suggestion): void {
    if (writing === null) return;
    const next = writing.completed(draft.text, suggestion);
    setActive(-1);
    if (suggestion.isWhole) draft.apply(next);
    else draft.write(next);
    input.current?.focus();
  }

  function typed(text: string): void {
    draft.write(text);
    setActive(-1);
    setIsOpen(true);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    const taken = offers[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setIsOpen(true);
      setActive(stepped(active, event.key === "ArrowDown" ? 1 : -1, offers.length));
    } else if (event.key === "Enter" && taken) take(taken);
    else if (event.key === "Enter" && draft.text.trim() !== "") draft.apply(draft.text);
    else if (event.key === "Escape" && (isOpen || draft.text !== "")) isOpen ? setIsOpen(false) : draft.write("");
    else if (event.key === "Escape") input.current?.blur();
    else if (event.key === "Backspace" && draft.text === "") draft.editLast();
    else return;
    event.preventDefault();
  }

  return {
    ...{ offers, active, take, typed, onKeyDown, open: () => setIsOpen(true), close: () => setIsOpen(false) },
    Offers: writing?.FilterOffers ?? null,
  };
}

/** Null until it is wanted and has come. */
function useWriting(isWanted: boolean): Writing | null {
  const [writing, setWriting] = useState<Writing | null>(null);
  const isMissing = isWanted && writing === null;
  useEffect(() => {
    if (isMissing) void loadWriting().then(setWriting);
  }, [isMissing]);
  return writing;
}

/** `/` goes to the filter from anywhere that is not a text. */
function useSlash(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    function listen(event: globalThis.KeyboardEvent): void {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable=true]");
      if (event.key !== "/" || event.defaultPrevented || event.metaKey || event.ctrlKey || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    }
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [input]);
}

function stepped(active: number, by: number, length: number): number {
  return length === 0 ? -1 : (active + by + length + (active < 0 && by < 0 ? 1 : 0)) % length;
}

function lastOf(value: FilterValue): { key: string; item: string } | null {
  const [key, items] = Object.entries(value).at(-1) ?? [];
  const item = items?.at(-1);
  return key === undefined || item === undefined ? null : { key, item };
}

function copied(value: FilterValue): Record<string, string[]> {
  return Object.fromEntries(Object.entries(value).map(([key, values]) => [key, [...values]]));
}
