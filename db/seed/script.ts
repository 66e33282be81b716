// The script of the demo's history: which run did what, and when. Pure and the same each time, so that a second attempt
// posts the same bodies.

import type { z } from "zod";
import type { Act } from "@/db/seed/acts";
import type { StartRunBody, StepBody } from "@/server/gate/wire";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const HISTORY_DAYS = 14;
/** Hours of the (UTC) day at which a run starts; far enough apart that what one run brings about is done by the next. */
const hours = [1, 5, 9, 12, 16, 20] as const;

export type Timed = { at: Date; what: Act };
/** What people do about the run's incident, in minutes after the run's start. */
export type Care = {
  acknowledgedAfter?: number;
  resolvedAfter?: number;
  notes?: string;
};
export type ScriptedRun = {
  name: string;
  startsAt: Date;
  start: Omit<z.input<typeof StartRunBody>, "run_id">;
  acts: Timed[];
  care: Care | null;
};

const crews = [
  {
    start: { agent_id: "invoice-bot", project: "billing", provider: "anthropic", model: "claude-sonnet-4" },
    goals: ["Match payments to invoices", "Remind customers of open invoices", "Check this month's invoices"],
    skills: ["read-invoices", "match-orders", "draft-reminders"],
  },
  {
    start: { agent_id: "support-triage", project: "support", provider: "openai", model: "gpt-4o" },
    goals: ["Sort the new tickets", "Answer what is in the handbook", "Find tickets about one outage"],
    skills: ["read-tickets", "search-handbook", "draft-answer"],
  },
  {
    start: { agent_id: "research-scout", project: "research", provider: "google", model: "gemini-2.5-pro" },
    goals: ["Summarise new papers", "Compare two methods", "Collect figures for the report"],
    skills: ["search-papers", "read-paper", "summarise"],
  },
  {
    start: { agent_id: "code-reviewer", project: "platform", provider: "anthropic", model: "claude-opus-4-1" },
    goals: ["Review open pull requests", "Explain a failing test", "Look for unused code"],
    skills: ["read-diff", "run-tests", "write-review"],
  },
] as const;
const invoiceBot = 0;
const researchScout = 2;

type StepKind = "input" | "llm_call" | "tool_call" | "retrieval" | "output";
type Writer = { index: number; run: ScriptedRun; clock: number; steps: number; skills: readonly string[] };

/** Which run of the history is more than a clean one. */
const plots: Readonly<Record<number, (w: Writer) => void>> = {
  2: (w) => fails(w, "SKILL_ERROR", "The handbook did not answer", 95),
  4: (w) => passesTokens(w, { over: 400, isAsked: false, resolvedAfter: 130 }),
  6: nearlyTooMuch,
  8: cancelled,
  10: (w) => paid(w, "approve"),
  12: refused,
  15: (w) => fails(w, "RATE_LIMIT_EXCEEDED", "The provider was busy", 240),
  19: cancelled,
  21: (w) => passesTokens(w, { over: 5_200, isAsked: false, resolvedAfter: 170 }),
  24: nearlyTooMuch,
  26: goesSilent,
  29: (w) => fails(w, "STEP_FAILURE", "The order system was away", 180),
  33: (w) => paid(w, "approve"),
  36: cancelled,
  38: (w) => passesTokens(w, { over: 12_500, isAsked: false, resolvedAfter: 50 }),
  41: refused,
  43: nearlyTooMuch,
  44: (w) => fails(w, "AGENT_CRASH", "The agent ended without a word", 55),
  46: (w) => paid(w, "deny"),
  49: cancelled,
  52: (w) => paid(w, "approve"),
  58: (w) => fails(w, "STEP_FAILURE", "A file was not there", 200),
  60: nearlyTooMuch,
  61: (w) => passesTokens(w, { over: 2_000, isAsked: true, resolvedAfter: 90 }),
  64: goesSilent,
  67: (w) => paid(w, "approve"),
  70: (w) => fails(w, "SKILL_ERROR", "The search answered nothing", 100),
  72: cancelled,
  73: nearlyTooMuch,
  75: (w) => passesTokens(w, { over: 3_100, isAsked: true, resolvedAfter: 205 }),
  77: refused,
  81: (w) => fails(w, "STEP_FAILURE", "The mail server refused the letter", null),
};
const castOf: Readonly<Record<number, number>> = {
  10: invoiceBot,
  12: researchScout,
  33: invoiceBot,
  41: researchScout,
  46: invoiceBot,
  52: invoiceBot,
  67: invoiceBot,
  77: researchScout,
};

/** The runs of the fourteen days before the day of `now` (UTC), in the order of their starts. */
export function scriptOf(now: Date): ScriptedRun[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  return Array.from({ length: HISTORY_DAYS * hours.length }, (_, index) => {
    const day = today - (HISTORY_DAYS - Math.floor(index / hours.length)) * DAY_MS;
    const hour = hours[index % hours.length] ?? 0;
    return runOf(index, day + hour * HOUR_MS + spread(index, 1, 0, 40) * MINUTE_MS);
  });
}

function runOf(index: number, startsAt: number): ScriptedRun {
  const cast = castOf[index] ?? (index + Math.floor(index / hours.length)) % crews.length;
  const crew = crews[cast] ?? crews[invoiceBot];
  const start = {
    ...crew.start,
    goal: crew.goals[index % crew.goals.length] ?? crew.goals[0],
    actor: index % 3 === 0 ? ({ type: "human", id: "u-17" } as const) : ({ type: "service", id: "nightly" } as const),
    source: "sdk" as const,
    tags: { env: index % 4 === 0 ? "staging" : "prod" },
    synthetic: true,
  };
  const run: ScriptedRun = { name: `history-${index}`, startsAt: new Date(startsAt), start, acts: [], care: null };
  const writer: Writer = { index, run, clock: startsAt, steps: 0, skills: crew.skills };
  (plots[index] ?? clean)(writer);
  return run;
}

/** A whole number from `from` to `to` that looks like chance and is none. */
function spread(index: number, salt: number, from: number, to: number): number {
  const mixed = Math.imul(index * 31 + salt * 17 + 7, 2_654_435_761) >>> 8;
  return from + (mixed % (to - from + 1));
}

function after(w: Writer, seconds: number, what: Act): void {
  w.clock += seconds * SECOND_MS;
  w.run.acts.push({ at: new Date(w.clock), what });
}

type Amounts = { tokens: number; cents?: number };

function amountsOf({ tokens, cents = Math.round(tokens * 1.8) / 100 }: Amounts) {
  const output_tokens = Math.floor(tokens / 3);
  return { input_tokens: tokens - output_tokens, output_tokens, cost_cents: cents };
}

function step(w: Writer, kind: StepKind, amounts: Amounts): void {
  w.steps += 1;
  const seconds = spread(w.index, w.steps, 4, 40);
  const body: z.input<typeof StepBody> = {
    step_index: w.steps,
    step_type: kind,
    ...named(w, kind),
    status: "success",
    usage: { ...amountsOf(amounts), duration_ms: seconds * SECOND_MS },
  };
  after(w, seconds, {
    kind: "step",
    body: kind === "input" ? { ...body, input: { request: w.run.start.goal } } : body,
  });
}

/** Asks first, does it, and says what it took: a little less than was asked for. */
function askedStep(w: Writer, kind: StepKind, amounts: Amounts): void {
  ask(w, kind, amounts);
  const seconds = spread(w.index, w.steps, 5, 45);
  const took = amountsOf({ tokens: Math.floor(amounts.tokens * 0.9) });
  const body = { status: "success", usage: { ...took, duration_ms: seconds * SECOND_MS } } as const;
  after(w, seconds, { kind: "result", stepIndex: w.steps, body });
}

function ask(w: Writer, kind: StepKind, amounts: Amounts, skill?: string): void {
  w.steps += 1;
  const body = { step_index: w.steps, step_type: kind, ...named(w, kind), ...(skill === undefined ? {} : { skill }) };
  after(w, 2, { kind: "step", body: { ...body, estimate: amountsOf(amounts) } });
}

function named(w: Writer, kind: StepKind) {
  const skill = w.skills[w.steps % w.skills.length] ?? "work";
  return kind === "llm_call" ? { skill, model: w.run.start.model } : { skill };
}

function opening(w: Writer): void {
  step(w, "input", { tokens: spread(w.index, 2, 200, 500) });
  step(w, w.index % 2 === 0 ? "retrieval" : "tool_call", { tokens: spread(w.index, 3, 100, 900) });
}

function complete(w: Writer): void {
  after(w, 3, { kind: "complete", body: { status: "succeeded", output: { steps: w.steps } } });
}

function clean(w: Writer): void {
  opening(w);
  const calls = spread(w.index, 4, 1, 4);
  // A budget of its own makes the research agent's day: it only reports, so that nothing of it is refused here.
  const isAsked = w.index % 2 === 1 && w.run.start.agent_id !== "research-scout";
  for (let i = 0; i < calls; i++) {
    (isAsked ? askedStep : step)(w, "llm_call", { tokens: spread(w.index, 5 + i, 800, 1_900) });
  }
  if (w.index % 5 === 0) step(w, "output", { tokens: 120 });
  complete(w);
}

/** Clean, and near the token limit: a signal and nothing more. */
function nearlyTooMuch(w: Writer): void {
  opening(w);
  for (let i = 0; i < 3; i++) step(w, "llm_call", { tokens: 2_700 });
  complete(w);
}

function fails(w: Writer, code: string, message: string, resolvedAfter: number | null): void {
  opening(w);
  after(w, 20, { kind: "complete", body: { status: "failed", error: { code, message } } });
  const resolved = resolvedAfter === null ? {} : { resolvedAfter, notes: "The cause was found and mended." };
  w.run.care = { acknowledgedAfter: 20, ...resolved };
}

function passesTokens(w: Writer, plot: { over: number; isAsked: boolean; resolvedAfter: number }): void {
  step(w, "input", { tokens: 500 });
  step(w, "llm_call", { tokens: 5_000 });
  const last = { tokens: 4_500 + plot.over };
  if (plot.isAsked) ask(w, "llm_call", last);
  else step(w, "llm_call", last);
  const notes = "The agent sent its whole context again; it now sends a summary.";
  w.run.care = { acknowledgedAfter: 15, resolvedAfter: plot.resolvedAfter, notes };
}

function cancelled(w: Writer): void {
  opening(w);
  after(w, 30, { kind: "cancel", reason: "No longer needed" });
}

/** Nothing is heard of it any more; the sweeper ends it a quarter of an hour later. */
function goesSilent(w: Writer): void {
  opening(w);
  after(w, 15 * 60 + 1, { kind: "sweep" });
  w.run.care = { acknowledgedAfter: 40, resolvedAfter: 75, notes: "The machine had been restarted." };
}

/** The day's research budget takes two steps and has no room for a third. */
function refused(w: Writer): void {
  step(w, "input", { tokens: 300, cents: 6 });
  step(w, "llm_call", { tokens: 3_000, cents: 290 });
  step(w, "llm_call", { tokens: 3_000, cents: 280 });
  ask(w, "llm_call", { tokens: 900, cents: 120 });
  complete(w);
}

/** A payment waits for release: approved, the same step is asked for again and then done; denied, the run ends. */
function paid(w: Writer, decision: "approve" | "deny"): void {
  step(w, "input", { tokens: 350 });
  const payment = { tokens: 250 };
  ask(w, "tool_call", payment, "send-payment");
  const reason = decision === "approve" ? "Invoice and order agree" : "The account number is not the supplier's";
  after(w, 25 * 60, { kind: "release", body: { decision, reason } });
  const notes = decision === "approve" ? "Released after a look at the invoice." : "The invoice was a forgery.";
  w.run.care = { acknowledgedAfter: 12, resolvedAfter: 45, notes };
  if (decision === "deny") return;
  w.steps -= 1;
  ask(w, "tool_call", payment, "send-payment");
  const usage = { ...amountsOf(payment), duration_ms: 1_500 };
  after(w, 2, { kind: "result", stepIndex: w.steps, body: { status: "success", usage } });
  complete(w);
}
