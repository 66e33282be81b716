import fc from "fast-check";
import { sampleInput } from "@/server/policy-language/testing/sample-input";

const count = fc.oneof(fc.nat(20), fc.nat(1_000_000), fc.constantFrom(0, 1, 12_000, Number.MAX_SAFE_INTEGER));
const amount = fc.oneof(
  fc.nat(100),
  fc.double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 5, 12_000),
);
const text = fc.constantFrom("", "a", "ab", "prod", "shell", "claude-sonnet-4", "é😀", "Z z");

const runNumbers = {
  tokens: count,
  input_tokens: count,
  output_tokens: count,
  steps: count,
  duration_ms: count,
  repeats: count,
  cost_cents: amount,
  burn_rate_cents_per_minute: amount,
  steps_per_minute: amount,
};

/** Inputs within the documented ranges; the tag `env` is always there, because only reading an absent tag differs from CEL. */
export const conditionInputs = fc.record({
  run: fc.record({ ...runNumbers, id: text, goal: text, model: text }).map((run) => ({ ...sampleInput.run, ...run })),
  step: fc
    .record({
      index: count,
      tokens: count,
      duration_ms: count,
      retries: count,
      cost_cents: amount,
      type: text,
      skill: text,
    })
    .map((step) => ({ ...sampleInput.step, ...step })),
  agent: fc.record({ id: text }),
  actor: fc.record({ type: text, id: text }),
  tags: fc.record({ env: text, limit: fc.constantFrom("5000", "1.5"), team: text }, { requiredKeys: ["env", "limit"] }),
  synthetic: fc.boolean(),
  now: fc.date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2099-12-31T23:59:59Z"), noInvalidDate: true }),
});
