export const failureCodes = [
  "overflow",
  "division_by_zero",
  "no_such_key",
  "index_out_of_range",
  "bad_conversion",
  "field_unavailable",
  "input_invalid",
  "out_of_fuel",
  "internal",
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** An evaluation error. It travels as a value, so that `false && <error>` can still be false, as CEL demands. */
export class Failure {
  constructor(
    readonly code: FailureCode,
    readonly message: string,
  ) {}
}
