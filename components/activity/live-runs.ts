// Live runs between two reads: what their progress says, how full their limits are, how they do together. Pure.

import type { InfiniteData } from "@tanstack/react-query";
import { liveRunStatuses } from "@/db/vocabulary";
import type { RunSummary } from "@/server/activity/contract";
import type { Policy } from "@/server/policies/wire";

/** Message `run.progress` of the tenant's stream. Money in cents. */
export type RunProgress = Pick<
  RunSummary,
  "run_id" | "status" | "last_step_index" | "steps_completed" | "tokens_used" | "cost_cents" | "last_seen_at"
>;

const live: ReadonlySet<string> = new Set(liveRunStatuses);

/** Null for what is no progress of a live run: how a run ends is read, not guessed. */
export function progressOf(payload: Readonly<Record<string, unknown>>): RunProgress | null {
  const { run_id, status, last_step_index, steps_completed, tokens_used, cost_cents, last_seen_at } = payload;
  if (typeof run_id !== "string" || typeof last_seen_at !== "string" || !live.has(String(status))) return null;
  const numbers = [last_step_index, steps_completed, tokens_used, cost_cents];
  if (!numbers.every((value) => typeof value === "number")) return null;
  return trusted({ run_id, status, last_step_index, steps_completed, tokens_used, cost_cents, last_seen_at });
}

// Each member was looked at just above; the compiler forgets numbers that were checked as an array.
function trusted(value: Record<keyof RunProgress, unknown>): RunProgress {
  return value as RunProgress;
}

/** The run with its progress; the run itself when the news is older, or of a run that is over or another. */
export function withProgress<R extends RunProgress & Pick<RunSummary, "state">>(run: R, progress: RunProgress): R {
  const isNews = run.run_id === progress.run_id && run.state === "live" && run.last_seen_at <= progress.last_seen_at;
  return isNews && run.last_step_index <= progress.last_step_index ? { ...run, ...progress } : run;
}

type Page = { items: RunSummary[] };

/** The cached pages with the progress in them; the very same object where no row is concerned. */
export function pagesWithProgress<P extends Page, T extends InfiniteData<P>>(data: T, progress: RunProgress): T {
  const at = data.pages.findIndex((page) => page.items.some((run) => run.run_id === progress.run_id));
  const page = data.pages[at];
  if (page === undefined) return data;
  const items = page.items.map((run) => withProgress(run, progress));
  return { ...data, pages: data.pages.with(at, { ...page, items }) };
}

/** A limit that is frozen for the run, in wire units; from `near` on it is nearly used up. */
export type RunLimit = { metric: string; limit: number; near: number; enforcement: string };
export type Gauge = RunLimit & { value: number | null };

type Counted = Pick<RunSummary, "tokens_used" | "input_tokens" | "output_tokens" | "cost_cents" | "cost_is_complete"> &
  Pick<RunSummary, "steps_completed" | "started_at" | "paused_at" | "completed_at">;

/** A frozen limit with what the run's own numbers say of it; null is unknown. Limits on single steps have no gauge. */
export function gaugesOf(limits: readonly RunLimit[], run: Counted, nowMs: number | null): Gauge[] {
  return limits.flatMap(({ metric, limit, near, enforcement }) => {
    const value = currentOf(metric, run, nowMs);
    return value === undefined ? [] : [{ metric, limit, near, enforcement, value }];
  });
}

// Pauses that are over count here and not at the gate, so a duration is at most this.
function currentOf(metric: string, run: Counted, nowMs: number | null): number | null | undefined {
  switch (metric) {
    case "run.tokens":
      return run.tokens_used;
    case "run.cost_cents":
      return run.cost_is_complete ? run.cost_cents : null;
    case "run.steps":
      return run.steps_completed;
    case "run.duration_ms":
      return elapsedMs(run, nowMs);
    default:
      return undefined;
  }
}

/** Since the start in ms, without the pause it is in; null while the browser's clock is not known. */
export function elapsedMs(
  run: Pick<RunSummary, "started_at" | "paused_at" | "completed_at">,
  nowMs: number | null,
): number | null {
  const end = run.completed_at ?? run.paused_at;
  const until = end === null ? nowMs : Date.parse(end);
  return until === null ? null : Math.max(0, until - Date.parse(run.started_at));
}

/** The one that is fullest; those whose value is unknown come last. Null where there is none. */
export function fullest(gauges: readonly Gauge[]): Gauge | null {
  const share = ({ value, limit }: Gauge) => (value === null ? -1 : limit > 0 ? value / limit : value > 0 ? 2 : 0);
  return gauges.reduce<Gauge | null>(
    (most, gauge) => (most === null || share(gauge) > share(most) ? gauge : most),
    null,
  );
}

type EvidenceHealth = "flowing" | "late" | "silent" | "waiting";

const LATE_MS = 60_000;
const SILENT_MS = 300_000;

/** How lately its runner was heard. A run that waits for a release or a start has nothing to tell. */
export function evidenceOf(run: Pick<RunSummary, "status" | "last_seen_at">, nowMs: number): EvidenceHealth {
  if (run.status === "paused" || run.status === "queued") return "waiting";
  const quiet = nowMs - Date.parse(run.last_seen_at);
  if (quiet < LATE_MS) return "flowing";
  return quiet < SILENT_MS ? "late" : "silent";
}

export type LiveCounts = {
  /** Null where no rule limits how long any of these runs may take. */
  overTime: number | null;
  reporting: number;
  expected: number;
};

/** Counts over the runs that are loaded; rehearsals are in none, as in every figure. `timeRules`: active rules on `run.duration_ms`. */
export function liveCounts(loaded: readonly RunSummary[], timeRules: readonly Policy[], nowMs: number): LiveCounts {
  const runs = loaded.filter((run) => run.counts_in_metrics);
  const limited = runs.flatMap((run) => {
    const threshold = timeThreshold(run, timeRules);
    return threshold === null ? [] : [{ run, threshold }];
  });
  const expected = runs.filter((run) => evidenceOf(run, nowMs) !== "waiting");
  return {
    overTime:
      limited.length === 0
        ? null
        : limited.filter(({ run, threshold }) => (elapsedMs(run, nowMs) ?? 0) > threshold).length,
    reporting: expected.filter((run) => evidenceOf(run, nowMs) === "flowing").length,
    expected: expected.length,
  };
}

/** The shortest duration in ms that a rule for all runs or for its agent allows it. */
function timeThreshold(run: RunSummary, rules: readonly Policy[]): number | null {
  const own = rules.filter(
    (rule) =>
      rule.metric === "run.duration_ms" &&
      rule.scopes.some(
        (scope) => scope.type === "all_runs" || (scope.type === "agent" && scope.ids.includes(run.agent_id)),
      ),
  );
  const thresholds = own.flatMap((rule) => rule.threshold ?? []);
  return thresholds.length === 0 ? null : Math.min(...thresholds);
}
