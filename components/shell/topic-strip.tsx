"use client";

import { useQuery } from "@tanstack/react-query";
import { count, duration, money, percent, tokens } from "@/components/data/format";
import { SummaryStrip } from "@/components/data/summary-strip";
import { Time } from "@/components/data/time";
import type { Tone } from "@/components/ui/mark";
import { Skeleton } from "@/components/ui/skeleton";
import { getSummary, type SummaryMetric, type SummaryTopic, type TopicLink } from "@/server/overview/contract";
import { api } from "@/server/platform/http/client";
import { stripQuery } from "./strip-query";

export interface StripPart {
  /** Of a metric, or `total` or `active`. */
  key: string;
  label?: string;
  /** Of a number above zero. */
  tone?: Tone;
}

interface TopicStripProps {
  topic: SummaryTopic;
  parts: readonly StripPart[];
  /** Bounds of topics that speak of a period. */
  since?: string | null | undefined;
  until?: string | null | undefined;
}

/** O1 of a topic: its figures in one line. A figure that is not known says so. */
export function TopicStrip({ topic, parts, since, until }: Readonly<TopicStripProps>) {
  const { data, error } = useQuery(api.query(getSummary, stripQuery({ topic, since, until })));
  const summary = data?.topics[topic];
  if (data === undefined && error === null) return <Skeleton className="m-4 h-10" />;
  const metrics = new Map(summary?.metrics.map((metric) => [metric.key, metric]));
  const items = parts.map(({ key, label, tone }) => {
    if (key === "total" || key === "active") return { label: label ?? key, value: count(summary?.[key]) };
    const metric = metrics.get(key);
    const isRaised = typeof metric?.value === "number" && metric.value > 0;
    return {
      label: label ?? metric?.label ?? key,
      value: metric === undefined ? "unknown" : <Figure metric={metric} />,
      ...(tone !== undefined && isRaised ? { tone } : {}),
      ...(metric?.link ? { href: hrefOfLink(metric.link) } : {}),
    };
  });
  return (
    <div className="px-4">
      <SummaryStrip items={items} asOf={summary?.as_of ?? null} />
    </div>
  );
}

function Figure({ metric: { value, unit } }: Readonly<{ metric: SummaryMetric }>) {
  if (unit === "instant") return value === null ? "none" : <Time at={String(value)} />;
  return <>{figureText(value, unit)}</>;
}

/** A figure in its unit. Per cent comes as 0 to 100. */
export function figureText(value: SummaryMetric["value"], unit: SummaryMetric["unit"]): string {
  if (value === null) return "unknown";
  if (typeof value === "string") return value;
  if (unit === "ms") return duration(value);
  if (unit === "percent") return percent(value / 100);
  if (unit === "tokens") return tokens(value);
  return unit === "cents" ? money(value) : count(value);
}

/** The list behind a number. */
export function hrefOfLink({ domain, topic, filter }: TopicLink): string {
  const search = new URLSearchParams(filter);
  return `/${domain}/${topic}${search.size === 0 ? "" : `?${search}`}`;
}
