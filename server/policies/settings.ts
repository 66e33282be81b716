// What a tenant sets for its gate. Stored as sent; absent members take the defaults below.

import { z } from "zod";
import { gateSettingFields } from "@/server/policies/wire";

const HOUR_MS = 3_600_000;
const { step_estimate, sla_hours, ...fields } = gateSettingFields;

const StepEstimate = z.strictObject({
  tokens: step_estimate.shape.tokens.default(0),
  cost_cents: step_estimate.shape.cost_cents.default(0),
});

const SlaHours = z.strictObject({
  critical: sla_hours.shape.critical.default(1),
  high: sla_hours.shape.high.default(4),
  medium: sla_hours.shape.medium.default(24),
  low: sla_hours.shape.low.default(72),
});

export const GateSettings = z.strictObject({
  step_estimate: StepEstimate.default({ tokens: 0, cost_cents: 0 }),
  step_timeout_ms: fields.step_timeout_ms.default(300_000),
  run_timeout_ms: fields.run_timeout_ms.default(900_000),
  pause_timeout_ms: fields.pause_timeout_ms.default(24 * HOUR_MS),
  unpriced: fields.unpriced.default(null),
  failure_mode: fields.failure_mode.default(null),
  near_percentage: fields.near_percentage.default(80),
  timezone: fields.timezone.default("UTC"),
  sla_hours: SlaHours.default({ critical: 1, high: 4, medium: 24, low: 72 }),
});
export type GateSettings = z.output<typeof GateSettings>;

export const defaultGateSettings: GateSettings = GateSettings.parse({});
