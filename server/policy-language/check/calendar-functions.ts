import { type Overload, PlanProblem, stepOf } from "@/server/policy-language/check/overload";
import { intType } from "@/server/policy-language/check/value-type";
import { unaryStep } from "@/server/policy-language/plan/steps";
import { calendarParts, utc, type ZoneOffset, zoneOffset } from "@/server/policy-language/values/calendar";
import {
  Duration,
  durationMilliseconds,
  durationSeconds,
  epochMs,
  Timestamp,
} from "@/server/policy-language/values/time";
import { unexpected, type Value } from "@/server/policy-language/values/value";

/** Units for a calendar part in UTC, and for one whose zone has to be looked up; measured. */
const utcCost = 15;
const zoneCost = 800;

type Part = (at: Date) => number;

function partStep(part: Part, offset: ZoneOffset): (value: Value) => Value {
  return (value) => {
    if (!(value instanceof Timestamp)) return unexpected(value);
    const ms = epochMs(value);
    return part(new Date(ms + offset(ms)));
  };
}

function calendar(part: Part): readonly Overload[] {
  const inUtc: Overload = {
    style: "method",
    params: ["timestamp"],
    result: intType,
    plan: (args) => unaryStep(stepOf(args, 0), partStep(part, utc)),
    cost: () => utcCost,
  };
  const inZone: Overload = {
    style: "method",
    params: ["timestamp", "string"],
    result: intType,
    plan: (args) => {
      const zone = args[1]?.constant;
      const offset = typeof zone === "string" ? zoneOffset(zone) : null;
      if (offset) return unaryStep(stepOf(args, 0), partStep(part, offset));
      const complaint =
        typeof zone === "string"
          ? { code: "bad_literal" as const, message: `There is no time zone "${zone}".`, hint: zoneHint }
          : { code: "unsupported" as const, message: "The time zone must be a constant string.", hint: zoneHint };
      return new PlanProblem(1, complaint);
    },
    cost: () => zoneCost,
  };
  return [inUtc, inZone];
}

const zoneHint = 'A zone is "Europe/Berlin", "UTC" or "+02:00".';

export const calendarOverloads: Readonly<Record<string, readonly Overload[]>> = Object.fromEntries(
  Object.entries(calendarParts).map(([name, part]) => [name, calendar(part)]),
);

function ofDuration(part: (value: Duration) => number): readonly Overload[] {
  const operation = (value: Value) => (value instanceof Duration ? part(value) : unexpected(value));
  return [
    { style: "method", params: ["duration"], result: intType, plan: (args) => unaryStep(stepOf(args, 0), operation) },
  ];
}

/** Whole hours, minutes or seconds of a duration; of its milliseconds those within the last second. */
export const durationParts: Readonly<Record<string, readonly Overload[]>> = {
  getHours: ofDuration((value) => Math.trunc(durationSeconds(value) / 3600) + 0),
  getMinutes: ofDuration((value) => Math.trunc(durationSeconds(value) / 60) + 0),
  getSeconds: ofDuration(durationSeconds),
  getMilliseconds: ofDuration(durationMilliseconds),
};
