/**
 * What a condition is evaluated against, field by field as in the environment. Ints are safe integers; `cost_cents` and
 * rates are finite. An absent string reads as ""; an absent number, or a step field where there is no step, is an
 * evaluation error, because a silent 0 would let a limit pass.
 */
export interface ConditionInput {
  readonly run: {
    readonly tokens?: number | undefined;
    readonly input_tokens?: number | undefined;
    readonly output_tokens?: number | undefined;
    readonly steps?: number | undefined;
    readonly duration_ms?: number | undefined;
    readonly repeats?: number | undefined;
    readonly cost_cents?: number | undefined;
    readonly burn_rate_cents_per_minute?: number | undefined;
    readonly steps_per_minute?: number | undefined;
    readonly id?: string | null | undefined;
    readonly goal?: string | null | undefined;
    readonly project?: string | null | undefined;
    readonly source?: string | null | undefined;
    readonly provider?: string | null | undefined;
    readonly model?: string | null | undefined;
  };
  readonly step?:
    | {
        readonly index?: number | undefined;
        readonly tokens?: number | undefined;
        readonly input_tokens?: number | undefined;
        readonly output_tokens?: number | undefined;
        readonly duration_ms?: number | undefined;
        readonly retries?: number | undefined;
        readonly cost_cents?: number | undefined;
        readonly type?: string | null | undefined;
        readonly skill?: string | null | undefined;
        readonly model?: string | null | undefined;
        readonly status?: string | null | undefined;
        readonly phase?: string | null | undefined;
      }
    | null
    | undefined;
  readonly agent: { readonly id?: string | null | undefined };
  readonly actor: { readonly type?: string | null | undefined; readonly id?: string | null | undefined };
  readonly tags: Readonly<Record<string, string>>;
  readonly synthetic: boolean;
  /** The decision's recorded time. */
  readonly now: Date;
}
