// Figures and instants as words. One form for each, everywhere in the documents; unknown is said, never shown as 0.

import type { ActorRef, FigureAssurance, KeyFigure } from "@/server/exports/content/bundle-types";

export const unknown = "unknown";
export const none = "—";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const thousandths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});

export function count(value: number | null): string {
  return value === null ? unknown : whole.format(value);
}

/** From cents with at most four decimals. */
export function money(cents: number | null): string {
  return cents === null ? unknown : dollars.format(cents / 100);
}

/** Plain decimal text of a policy, grouped when it is a number. */
export function decimal(text: string | null): string {
  if (text === null) return none;
  return /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text)
    ? new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 }).format(Number(text))
    : text;
}

export function milliseconds(value: number | null): string {
  if (value === null) return unknown;
  return Math.abs(value) < 10_000 ? `${whole.format(value)} ms` : seconds(value / 1000);
}

/** `2,812.345` from milliseconds: of one form in a column whose head says the unit. */
export function inSeconds(value: number): string {
  return thousandths.format(value / 1000);
}

export function seconds(value: number | null): string {
  if (value === null) return unknown;
  const size = Math.abs(value);
  if (size < 1) return `${whole.format(value * 1000)} ms`;
  if (size < 120) return `${fraction.format(value)} s`;
  const sign = value < 0 ? "−" : "";
  const minutes = Math.floor(size / 60);
  if (minutes < 120) return `${sign}${minutes} min ${Math.round(size % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${sign}${hours} h ${minutes % 60} min` : `${sign}${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `2026-11-12 09:14:06.113 UTC` */
export function instant(iso: string | null): string {
  return iso === null ? none : `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
}

/** `2026-11-12 09:14:06 UTC`, where milliseconds say nothing. */
export function moment(iso: string | null): string {
  return iso === null ? none : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** `09:14:06.113` */
export function clock(iso: string): string {
  return iso.slice(11, 23);
}

/** `12 November 2026` */
export function day(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(
        date,
      );
}

export function actor(ref: ActorRef | null): string {
  if (ref === null) return none;
  return ref.name === null ? ref.id : `${ref.name} (${ref.id})`;
}

/** Where there is little room: the name alone, or the id where there is none. */
export function actorName(ref: ActorRef | null): string {
  return ref === null ? none : (ref.name ?? ref.id);
}

/** `policy_block` as words. */
export function words(identifier: string | null): string {
  return identifier === null ? none : identifier.replace(/[_.]/g, " ").toLowerCase();
}

export function sentenceCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** On a cover; the sections behind it have the whole text. */
export function brief(text: string | null, absent: string): string {
  if (text === null) return absent;
  return text.length > 160 ? "long: given in full under “How this was produced”" : text;
}

export function yesNo(value: boolean | null): string {
  return value === null ? unknown : value ? "yes" : "no";
}

const shownAs: Record<KeyFigure["unit"], (value: number) => string> = {
  count: (value) => count(value),
  tokens: (value) => count(value),
  cents: (value) => money(value),
  seconds: (value) => seconds(value),
  ms: (value) => milliseconds(value),
  percent: (value) => `${fraction.format(value)} %`,
  cents_per_minute: (value) => `${money(value)}/min`,
};

export function figureValue(figure: Pick<KeyFigure, "value" | "unit">): string {
  return figure.value === null ? unknown : shownAs[figure.unit](figure.value);
}

const vouched: Record<FigureAssurance, string> = {
  server: "counted by the server",
  price_table: "by the price table",
  self_reported: "runner's claim",
  gateway_observed: "seen by the gateway",
  mixed: "server and runner's claim",
};

export function assurance(value: FigureAssurance): string {
  return vouched[value];
}
