// Counters for /api/metrics, one set per process.

import { once } from "@/server/platform/env/once";

interface Series {
  help: string;
  values: Map<string, number>;
}

function allSeries(): Map<string, Series> {
  return once("metrics", () => new Map<string, Series>());
}

/** Adds to a counter. Label values must come from a closed set; ids would grow the page without end. */
export function count(name: string, help: string, labels: Readonly<Record<string, string>>, by = 1): void {
  const series = allSeries().get(name) ?? { help, values: new Map<string, number>() };
  allSeries().set(name, series);
  const key = Object.entries(labels)
    .map(([label, value]) => `${label}="${value.replace(/["\\\n]/g, "_")}"`)
    .join(",");
  series.values.set(key, (series.values.get(key) ?? 0) + by);
}

export function countRequest(endpoint: string, status: number, durationMs: number): void {
  const labels = { endpoint, status: String(status) };
  count("holdpoint_http_requests_total", "Requests answered.", labels);
  count("holdpoint_http_request_seconds_total", "Time spent on answers.", labels, durationMs / 1000);
}

/** All counters in Prometheus' text format (version 0.0.4). */
export function metricsText(): string {
  return [...allSeries()]
    .map(([name, { help, values }]) => {
      const lines = [...values].map(([labels, value]) => `${name}{${labels}} ${value}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines, ""].join("\n");
    })
    .join("");
}
