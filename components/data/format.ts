// The only formatter of numbers, money, times and ids. Dates are put together from parts, so that a server and a browser
// with different locale data write the same characters. What is not known reads "unknown", never 0.

export const unknown = "unknown";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

type Maybe<T> = T | null | undefined;

export function count(value: Maybe<number>): string {
  return value == null ? unknown : whole.format(value);
}

/** Exact below 10 000, then "12.4k", "3.1M", "2B". */
export function tokens(value: Maybe<number>): string {
  if (value == null) return unknown;
  return Math.abs(value) < 10_000 ? whole.format(value) : scaled(value, 1000, ["", "k", "M", "B", "T"], "");
}

/** `cents` may have four decimals; parts of a cent are shown where a dollar is not reached. */
export function money(cents: Maybe<number>): string {
  if (cents == null) return unknown;
  const size = Math.abs(cents);
  const sign = cents < 0 ? "−" : "";
  if (size >= 100 || Number.isInteger(size)) return `${sign}$${grouped(size / 100, 2)}`;
  return `${sign}$${(size / 100).toFixed(6).replace(/0{1,2}$/, "")}`;
}

/** A ratio of 0 to 1 (or more) as "12%", "3.4%", "<0.1%". */
export function percent(ratio: Maybe<number>): string {
  if (ratio == null) return unknown;
  const value = ratio * 100;
  if (value > 0 && value < 0.1) return "<0.1%";
  if (value > 99.9 && value < 100) return ">99.9%";
  return `${trimmed(value, Math.abs(value) < 10 ? 1 : 0)}%`;
}

/** Milliseconds as "340 ms", "4.2 s", "1 m 12 s", "2 h 5 m", "3 d 4 h". */
export function duration(ms: Maybe<number>): string {
  if (ms == null) return unknown;
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1000, 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "m", 1, "s");
  if (seconds < 86_400) return pair(seconds, 3600, "h", 60, "m");
  return pair(seconds, 86_400, "d", 3600, "h");
}

export function bytes(value: Maybe<number>): string {
  if (value == null) return unknown;
  return scaled(value, 1000, ["B", "kB", "MB", "GB", "TB"], " ");
}

const zoned = new Map<string, Intl.DateTimeFormat>();

/** "22 Nov 2026, 15:40:05" in the zone. */
export function exactTime(iso: Maybe<string>, zone: string): string {
  const parts = partsOf(iso, zone);
  return parts ? `${dayOf(parts)}, ${parts.hour}:${parts.minute}:${parts.second}` : unknown;
}

/** "22 Nov 2026, 15:40": for lists, where seconds are noise. */
export function minuteTime(iso: Maybe<string>, zone: string): string {
  const parts = partsOf(iso, zone);
  return parts ? `${dayOf(parts)}, ${parts.hour}:${parts.minute}` : unknown;
}

/** "22 Nov 2026" in the zone. */
export function day(iso: Maybe<string>, zone: string): string {
  const parts = partsOf(iso, zone);
  return parts ? dayOf(parts) : unknown;
}

/** "just now", "4 min ago", "in 3 h"; days from 48 hours on. */
export function relativeTime(iso: Maybe<string>, nowIso: string): string {
  if (iso == null) return unknown;
  const difference = Date.parse(nowIso) - Date.parse(iso);
  if (!Number.isFinite(difference)) return unknown;
  const minutes = Math.floor(Math.abs(difference) / 60_000);
  // The page's clock moves in half minutes.
  if (minutes < 1) return difference < -30_000 ? "in less than a minute" : "just now";
  const size = minutes < 60 ? `${minutes} min` : longer(Math.floor(minutes / 60));
  return difference < 0 ? `in ${size}` : `${size} ago`;
}

const acronyms = new Map(
  ["API", "CEL", "CSV", "HTTP", "ID", "JSON", "LLM", "MAC", "PDF", "PII", "SDK", "SLA", "SOC2", "TTR", "UTC"].map(
    (word) => [word.toLowerCase(), word],
  ),
);

/** A stored value in words: "policy_block" → "Policy block", "api_key.created" → "API key created". */
export function words(value: Maybe<string>): string {
  if (value == null || value === "") return unknown;
  const text = value
    .toLowerCase()
    .split(/[_.\s-]+/)
    .filter((word) => word !== "")
    .map((word) => acronyms.get(word) ?? word)
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Shortened in the middle: "0198f3ab…c21e". What is short already stays. */
export function shortId(id: Maybe<string>): string {
  if (id == null) return unknown;
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** "1 run", "2 runs", "unknown runs". */
export function plural(value: Maybe<number>, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

interface TimeParts {
  day: string;
  month: string;
  year: string;
  hour: string;
  minute: string;
  second: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function partsOf(iso: Maybe<string>, zone: string): TimeParts | null {
  const at = iso == null ? Number.NaN : Date.parse(iso);
  if (!Number.isFinite(at)) return null;
  const found = new Map(
    formatterOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => found.get(name) ?? "";
  return {
    day: String(Number(part("day"))),
    month: months[Number(part("month")) - 1] ?? "",
    year: part("year"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = zoned.get(zone);
  if (known) return known;
  const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const made = new Intl.DateTimeFormat("en-US", { ...digits, second: "2-digit", hourCycle: "h23", timeZone: zone });
  zoned.set(zone, made);
  return made;
}

function dayOf(parts: TimeParts): string {
  return `${parts.day} ${parts.month} ${parts.year}`;
}

function longer(hours: number): string {
  return hours < 48 ? `${hours} h` : `${whole.format(Math.floor(hours / 24))} days`;
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  const head = `${whole.format(Math.floor(seconds / large))} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

function scaled(value: number, step: number, units: readonly string[], space: string): string {
  let size = Math.abs(value);
  let unit = 0;
  while (size >= step - 0.05 && unit < units.length - 1) {
    size /= step;
    unit += 1;
  }
  return `${value < 0 ? "−" : ""}${trimmed(size, unit === 0 || size >= 100 ? 0 : 1)}${space}${units[unit]}`;
}

function trimmed(value: number, decimals: number): string {
  return grouped(value, decimals).replace(/\.0+$/, "");
}

function grouped(value: number, decimals: number): string {
  const [head = "0", tail] = value.toFixed(decimals).split(".");
  const thousands = head.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return tail === undefined ? thousands : `${thousands}.${tail}`;
}
