/** The time ranges of the console, by the names they have in addresses. */
export const rangeNames = ["1h", "24h", "7d", "30d", "90d", "all"] as const;
export type RangeName = (typeof rangeNames)[number];

/** null: without a beginning. */
export const rangeHours: Readonly<Record<RangeName, number | null>> = {
  "1h": 1,
  "24h": 24,
  "7d": 7 * 24,
  "30d": 30 * 24,
  "90d": 90 * 24,
  all: null,
};
