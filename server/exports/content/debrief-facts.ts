// What the debrief's sentences and recommendations are made from, gathered once from rows.

import type { IncidentStatus, IncidentType, Severity } from "@/db/vocabulary";
import type { RunViolation } from "@/server/activity/contract";
import type { IncidentViolation } from "@/server/exports/content/bundle-types";
import type { Hold } from "@/server/exports/content/incident-violation";

export type DebriefFacts = {
  incident: {
    title: string;
    type: IncidentType;
    severity: Severity;
    status: IncidentStatus;
    description: string | null;
    createdAt: string;
    acknowledgedAt: string | null;
    acknowledgedBy: string | null;
    resolvedAt: string | null;
    resolvedBy: string | null;
    resolutionMethod: string | null;
    slaDueAt: string;
    slaState: "pending" | "met" | "breached";
    isManual: boolean;
    errorMessage: string | null;
  };
  run: RunFacts | null;
  /** The incident's own; null: it broke no policy. */
  violation: IncidentViolation | null;
  /** What ended the run, where another incident is about that. */
  endedBy: RunViolation | null;
  /** What holds the run for this incident; null: nothing does, or any more. */
  hold: Hold | null;
  /** Other incidents like it in the 30 days before. */
  recurrences: number;
  isVerified: boolean | null;
  finding: string | null;
};

type RunFacts = {
  agentId: string;
  agentVerified: boolean;
  goal: string | null;
  status: string;
  endNote: string | null;
  isLive: boolean;
  /** Null: not known in full. */
  costCents: number | null;
  costIsComplete: boolean;
  /** Some of the cost was computed from the price table. */
  isCostComputed: boolean;
  tokens: number;
  stepsCompleted: number;
  /** First near signal of the metric that was then violated. */
  nearAt: string | null;
  postsAfterStop: number;
  /** Work done after the stop, charged as ungoverned; a null cost has no price. */
  ungoverned: { records: number; tokens: number; costCents: number | null };
  failOpenPasses: number;
  /** Shadow rules that would have acted before the stop. */
  shadowWouldAct: { name: string; stepIndex: number | null }[];
  presumedSteps: number;
};
