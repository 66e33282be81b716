/** Milliseconds to add to UTC to get the wall clock of a zone at that moment. */
export type ZoneOffset = (epochMs: number) => number;

export const utc: ZoneOffset = () => 0;

const fixedOffset = /^([+-]?)(\d{2}):(\d{2})$/;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Zones change their offset on a quarter of an hour of UTC only. */
const slotMs = 15 * minuteMs;

/** A zone by its IANA name or as "+02:00"; null when there is no such zone. */
export function zoneOffset(zone: string): ZoneOffset | null {
  const fixed = fixedOffset.exec(zone);
  if (fixed) {
    const [hours, minutes] = [Number(fixed[2]), Number(fixed[3])];
    if (hours > 23 || minutes > 59) return null;
    const offset = (fixed[1] === "-" ? -1 : 1) * (hours * 60 + minutes) * minuteMs;
    return () => offset;
  }
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return null;
  try {
    return namedZone(wallClockFormat(zone));
  } catch {
    // Intl throws for a zone it does not know.
    return null;
  }
}

function wallClockFormat(timeZone: string): Intl.DateTimeFormat {
  const digits = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en-US", { timeZone, ...digits, ...clock });
}

// The last slot's offset is kept: formatting costs microseconds, and decisions come in the order of time.
function namedZone(format: Intl.DateTimeFormat): ZoneOffset {
  let knownSlot = Number.NaN;
  let knownOffset = 0;
  return (epochMs) => {
    const slot = Math.floor(epochMs / slotMs);
    if (slot !== knownSlot) {
      knownOffset = wallClockMs(format, slot * slotMs) - slot * slotMs;
      knownSlot = slot;
    }
    return knownOffset;
  };
}

function wallClockMs(format: Intl.DateTimeFormat, epochMs: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000;
}

export const calendarParts = {
  getFullYear: (at) => at.getUTCFullYear(),
  getMonth: (at) => at.getUTCMonth(),
  getDate: (at) => at.getUTCDate(),
  getDayOfMonth: (at) => at.getUTCDate() - 1,
  getDayOfWeek: (at) => at.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (at) => at.getUTCHours(),
  getMinutes: (at) => at.getUTCMinutes(),
  getSeconds: (at) => at.getUTCSeconds(),
  getMilliseconds: (at) => at.getUTCMilliseconds(),
} as const satisfies Record<string, (at: Date) => number>;

function dayOfYear(at: Date): number {
  const firstDay = new Date(0).setUTCFullYear(at.getUTCFullYear(), 0, 1);
  return Math.floor((at.getTime() - firstDay) / dayMs);
}
