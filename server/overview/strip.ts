// The figures above a topic's list, in the shape that strips are drawn from. Pure.

import type { SummaryMetric, TopicLink, TopicSummary } from "@/server/overview/contract";
import { type Period, trendOf, wirePeriod } from "@/server/overview/period";

/** When a strip speaks of; `before` is there when the period has a beginning. */
export type Moment = { asOf: Date; period: Period; before: Period | null };

type Figure = Pick<SummaryMetric, "key" | "label" | "value"> &
  Partial<Omit<SummaryMetric, "trend" | "previous">> & { previous?: number | null | undefined };

/** A figure with its trend, where there is something to compare with. */
export function metric(figure: Figure): SummaryMetric {
  const { value } = figure;
  const previous = figure.previous ?? null;
  const trend = typeof value === "number" ? trendOf(value, previous) : null;
  return { unit: "count", group: null, link: null, ...figure, previous, trend };
}

/** One metric for each word that was counted, the most frequent first; `words` are shown with 0 too. */
export function counted(
  group: string,
  counts: Readonly<Record<string, number>>,
  { words = [], link }: { words?: readonly string[]; link?: (word: string) => TopicLink } = {},
): SummaryMetric[] {
  const known = [...new Set([...words, ...Object.keys(counts)])];
  return known
    .map((word) => ({ word, n: counts[word] ?? 0 }))
    .toSorted((a, b) => b.n - a.n)
    .map(({ word, n }) =>
      metric({
        key: word,
        label: labelOf(word),
        value: n,
        group,
        link: word === "none" ? null : (link?.(word) ?? null),
      }),
    );
}

/** `failed_policy` → Failed policy; `TOKENS` → Tokens. */
export function labelOf(word: string): string {
  const text = word.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A strip of now. */
export function stripOfNow(asOf: Date, strip: Omit<TopicSummary, "period" | "as_of">): TopicSummary {
  return { ...strip, period: null, as_of: asOf.toISOString() };
}

/** A strip of a period. */
export function stripOf({ asOf, period, before }: Moment, strip: Omit<TopicSummary, "period" | "as_of">): TopicSummary {
  const { from, to } = wirePeriod(period);
  return { ...strip, period: { from: before === null ? null : from, to }, as_of: asOf.toISOString() };
}

/** The bounds of a period as a list's filter; an open beginning is left out. */
export function bounds(names: { after: string; before: string }, { period, before }: Moment): Record<string, string> {
  const { from, to } = wirePeriod(period);
  return { ...(before === null ? {} : { [names.after]: from }), [names.before]: to };
}
