// What a tenant sets for its gate. Stored as sent; absent members take the defaults below.

import { z } from "zod";
import { failureModes, unpricedModes } from "@/db/vocabulary";
import { isWireCents } from "@/server/policies/wire";

const HOUR_MS = 3_600_000;
const durationMs = z
  .int()
  .min(1_000)
  .max(31 * 24 * HOUR_MS);
const slaHours = z.int().min(1).max(8_760);

const StepEstimate = z.strictObject({
  tokens: z.int().min(0).default(0),
  cost_cents: z.number().refine(isWireCents, "At most 4 decimals, 0 or more").default(0),
});

const SlaHours = z.strictObject({
  critical: slaHours.default(1),
  high: slaHours.default(4),
  medium: slaHours.default(24),
  low: slaHours.default(72),
});

export const GateSettings = z.strictObject({
  /** Reserved for an admission that brings no estimate of its own. */
  step_estimate: StepEstimate.default({ tokens: 0, cost_cents: 0 }),
  step_timeout_ms: durationMs.default(300_000),
  run_timeout_ms: durationMs.default(900_000),
  pause_timeout_ms: durationMs.default(24 * HOUR_MS),
  /** null: `block` where a cost limit applies to the run, else `flag`. */
  unpriced: z.enum(unpricedModes).nullable().default(null),
  /** null: `fail_closed`. A policy's own failure mode comes first. */
  failure_mode: z.enum(failureModes).nullable().default(null),
  near_percentage: z.int().min(1).max(100).default(80),
  timezone: z.string().refine(isTimeZone, "Not a time zone of the IANA database").default("UTC"),
  sla_hours: SlaHours.default({ critical: 1, high: 4, medium: 24, low: 72 }),
});
export type GateSettings = z.output<typeof GateSettings>;

export const defaultGateSettings: GateSettings = GateSettings.parse({});

// Settings are read with every start, and asking Intl costs more than the rest of it.
const knownZones = new Set<string>(["UTC"]);

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    const isKnown = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    if (isKnown && knownZones.size < 1_000) knownZones.add(name);
    return isKnown;
  } catch {
    return false;
  }
}
