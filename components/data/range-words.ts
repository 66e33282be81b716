// The presets of a time range.

export const ranges = ["1h", "24h", "7d", "30d", "90d", "all"] as const;
export type RangeName = (typeof ranges)[number];
export const rangeWords: Readonly<Record<RangeName, string>> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  all: "All time",
};
