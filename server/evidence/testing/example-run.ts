import { EXAMPLE, NAMED } from "./example-start";
import { RunWriter } from "./run-writer";

const STEP_A = "0197a2b4-0000-7000-8000-0000000000a2";
const POLICY = "0197a2b4-0000-7000-8000-0000000000f1";

/**
 * The run of the test vectors: a step admitted and reported back, a step left open beside it, a reported step that takes the
 * run over 10 000 tokens and is its inflection point, the stop, and a result that comes after the seal.
 */
export function exampleRun(): RunWriter {
  const writer = new RunWriter();
  const first = { stepIndex: 1, stepType: "llm_call" };
  const beside = { stepIndex: 2, stepId: STEP_A, stepType: "tool_call" };
  const over = { stepIndex: 3, stepType: "llm_call" };
  writer.admit(
    { ...first, step: { skill: "read-invoice", model: "claude-sonnet-4", started_at: "2026-01-22T09:30:00+00:00" } },
    { input_tokens: 900, output_tokens: 800, cost_units: 12000 },
  );
  writer.result(
    { ...first, step: { status: "success", retry_count: 0 } },
    { input_tokens: 950, output_tokens: 4050, duration_ms: 9000, cost_units: 1650000, cost_source: "reported" },
  );
  writer.admit({ ...beside, step: { skill: "look-up" } }, { input_tokens: 100, output_tokens: 50, cost_units: 700 });
  writer.report(
    {
      ...over,
      step: { skill: "draft-mail", model: "claude-sonnet-4", status: "success", retry_count: 1 },
      action: "block",
    },
    { input_tokens: 1450, output_tokens: 8550, duration_ms: 15000, cost_units: 2850000, cost_source: "reported" },
  );
  writer.stop({
    ...{ step_index: 3, source: "rule", policy_id: POLICY, policy_name: "Token Limit Policy", metric: "run.tokens" },
    ...{ violation_type: "token_limit", severity: "high", threshold_value: "10000", actual_value: "15000" },
    ...{ projected: false, reason: "run.tokens 15000 is over the limit of 10000" },
  });
  writer.result(
    { ...beside, step: { status: "success", retry_count: 0 } },
    { input_tokens: 90, output_tokens: 40, duration_ms: 700, cost_source: "unpriced" },
    "late",
  );
  return writer;
}

/** A run that ends well, with a pause, a lapse and a step that stays open. */
export function completedRun(): RunWriter {
  const writer = new RunWriter();
  const step = { stepIndex: 1, stepType: "retrieval" };
  const left = { stepIndex: 2, stepType: "tool_call" };
  writer.admit(step, { input_tokens: 0, output_tokens: 0, cost_units: 0 });
  writer.lapse(step);
  writer.pauseAndRelease("time");
  writer.result(
    { ...step, step: { status: "failure", retry_count: 2 }, action: "warn" },
    { input_tokens: 1, output_tokens: 0, duration_ms: 3, cost_units: 0, cost_source: "computed" },
  );
  writer.admit(left, { input_tokens: 5, output_tokens: 6, cost_units: 7 });
  writer.lapse(left);
  writer.complete("succeeded", "completed", { note: "abandoned" });
  return writer;
}

/** A run with every name it can have, held at its start, and stopped by the time it took while nobody posted. */
export function timedOutRun(): RunWriter {
  const writer = new RunWriter(NAMED);
  writer.pauseAndRelease("run_start");
  const step = { stepIndex: 1, stepType: "tool_call" };
  writer.admit(step, { input_tokens: 30, output_tokens: 20, cost_units: 10 });
  writer.admit({ ...step, stepIndex: 2, action: "block" }, { input_tokens: 1, output_tokens: 2, cost_units: 3 });
  writer.stop(
    {
      ...{ step_index: 2, source: "rule", policy_id: POLICY, policy_name: "Ten minutes", metric: "run.duration_ms" },
      ...{ violation_type: "time_limit", severity: "medium", threshold_value: "600000", actual_value: "600250" },
      ...{ projected: false, reason: "run.duration_ms 600250 is over the limit of 600000" },
    },
    true,
  );
  return writer;
}

/** A run whose runner says that it failed, and why. */
export function failedRun(): RunWriter {
  const writer = new RunWriter();
  writer.report(
    { stepIndex: 1, stepType: "tool_call", step: { status: "failure" } },
    { input_tokens: 1, output_tokens: 2, duration_ms: 3, cost_units: 4, cost_source: "computed" },
  );
  writer.complete("failed", "system_failure", { error: { code: "E1", message: "the mail server is away" } });
  return writer;
}

/** A run that was refused before it had a snapshot: sealed over no record at all. */
export function refusedRun(): RunWriter {
  const writer = new RunWriter(EXAMPLE, false);
  writer.refuse();
  return writer;
}
