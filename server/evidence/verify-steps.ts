import { canonicalText } from "./canonical";
import { demand, orFinding } from "./finding";
import { outstanding, type RunFold, type StepView } from "./fold";
import { instant } from "./instant";
import type { RunEvidence, StepRow } from "./run-evidence";

/** Walks the `steps` rows beside the records: each settled step when its result comes, the unsettled ones at the end. */
export class StepCheck {
  readonly #evidence: RunEvidence;
  readonly #rows: AsyncGenerator<StepRow, null>;

  constructor(evidence: RunEvidence) {
    this.#evidence = evidence;
    this.#rows = flatten(evidence.steps);
  }

  async settle(step: StepView): Promise<void> {
    const { value: row } = await this.#rows.next();
    demand(row !== null && this.#isViewOf(row, step), "step_changed", step.result_seq ?? null);
  }

  /** Compares what is left over on both sides; a row without a record and a record without a row are both found. */
  async finish(fold: RunFold): Promise<void> {
    if (this.#evidence.trace.seal !== null) {
      for (const step of outstanding(fold)) step.state = "presumed";
    }
    const left = [...fold.unsettled.values()].sort((one, other) => one.step_index - other.step_index);
    for (const step of left) {
      const { value: row } = await this.#rows.next();
      demand(row !== null && this.#isViewOf(row, step), "step_changed", step.admitted_seq ?? null);
    }
    const { value: extra } = await this.#rows.next();
    demand(extra === null, "step_changed");
  }

  #isViewOf(row: StepRow, step: StepView): boolean {
    const { run, trace } = this.#evidence;
    const isOfThisRun = row.tenantId === run.tenantId && row.runId === run.runId;
    const isInflection = trace.violationStepIndex === step.step_index;
    const shown = orFinding("step_changed", step.result_seq ?? null, () => canonicalText(stepOf(row)));
    return isOfThisRun && row.isInflection === isInflection && shown === canonicalText({ ...step });
  }
}

async function* flatten(pages: RunEvidence["steps"]): AsyncGenerator<StepRow, null> {
  for await (const page of pages) yield* page;
  return null;
}

function stepOf(row: StepRow): { [Member in keyof StepView]: StepView[Member] | string | undefined } {
  return {
    step_index: row.stepIndex,
    step_id: row.stepId ?? undefined,
    step_type: row.stepType,
    state: row.state,
    skill: row.skill ?? undefined,
    model: row.model ?? undefined,
    status: row.status ?? undefined,
    retry_count: row.retryCount,
    started_at: row.claimedStartedAt ?? undefined,
    estimate: {
      input_tokens: row.estimateInputTokens,
      output_tokens: row.estimateOutputTokens,
      cost_units: row.estimateCostUnits,
    },
    input_tokens: row.inputTokens ?? undefined,
    output_tokens: row.outputTokens ?? undefined,
    duration_ms: row.durationMs ?? undefined,
    cost_units: row.costUnits ?? undefined,
    cost_source: row.costSource ?? undefined,
    action: row.action,
    admitted_seq: row.admittedSeq ?? undefined,
    result_seq: row.resultSeq ?? undefined,
    recorded_at: instant(row.recordedAt),
    settled_at: row.settledAt ? instant(row.settledAt) : undefined,
  };
}
