// Wall-clock times of a zone and instants, for inputs of type datetime-local.

/** "2026-11-22T15:40" in the zone as an instant; null when it is none. A time that a clock change skips moves on with it. */
export function instantIn(zone: string, local: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return null;
  const asUtc = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (!Number.isFinite(asUtc)) return null;
  const first = asUtc - offsetMs(zone, asUtc);
  // The offset that holds there, not the one that holds where the same digits stand in UTC.
  return new Date(asUtc - offsetMs(zone, first)).toISOString();
}

/** An instant as "2026-11-22T15:40" in the zone. */
export function localIn(zone: string, iso: string): string {
  const at = Date.parse(iso);
  return new Date(at + offsetMs(zone, at)).toISOString().slice(0, 16);
}

function offsetMs(zone: string, at: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(at / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const digits = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  return new Intl.DateTimeFormat("en-US", { ...digits, second: "numeric", hourCycle: "h23", timeZone: zone });
}
