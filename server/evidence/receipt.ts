// A receipt is the runner's own proof that a record was accepted: who keeps it can show later that the record is gone or
// another one, whatever the log says.

export type Receipt = {
  readonly origin: string;
  readonly run_id: string;
  /** 0 is the run's start; `hash` is then that of the genesis. */
  readonly seq: number;
  /** `sha256:<64 hex>` */
  readonly hash: string;
  /** `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  readonly recorded_at: string;
};

const TEXT =
  /^(\S+)\nreceipt v1\nrun ([0-9a-f-]{36})\nseq (0|[1-9]\d{0,15})\nhash (sha256:[0-9a-f]{64})\nrecorded_at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/u;

/** What is signed. */
export function receiptText({ origin, run_id, seq, hash, recorded_at }: Receipt): string {
  return `${origin}\nreceipt v1\nrun ${run_id}\nseq ${seq}\nhash ${hash}\nrecorded_at ${recorded_at}\n`;
}

/** Null unless the text is exactly what `receiptText` writes. */
export function readReceipt(text: string): Receipt | null {
  const [, origin, runId, digits, hash, recordedAt] = TEXT.exec(text) ?? [];
  if (origin === undefined || runId === undefined || hash === undefined || recordedAt === undefined) return null;
  const seq = Number(digits);
  return Number.isSafeInteger(seq) ? { origin, run_id: runId, seq, hash, recorded_at: recordedAt } : null;
}
