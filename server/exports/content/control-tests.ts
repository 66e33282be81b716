// The tests behind the criteria, each answered from what the rows say. Pure.

import type { IncidentStatus, Severity } from "@/db/vocabulary";
import type { ControlTest, LeafRef } from "@/server/exports/content/soc2-bundle-types";
import type { TestId } from "@/server/exports/content/soc2-criteria";
import { instantText } from "@/server/exports/content/wording";

export type RunTestFacts = {
  isLive: boolean;
  snapshot: { hash: string; policies: number; isIntact: boolean } | null;
  /** Steps the runner posted, and those of them with a decision on record. */
  steps: { posted: number; decided: number };
  /** Steps marked as the inflection, of a run that violated something. */
  inflection: { stepIndex: number; marked: number; stoppedAtStep: number | null } | null;
  /** Records accepted behind the violation that are neither its closing nor addenda. */
  recordsAfterViolation: number;
  verification: { verified: boolean; checked: number; finding: string | null };
};

export type TestFacts = {
  incident: {
    createdAt: string;
    openedBy: string;
    severity: Severity;
    status: IncidentStatus;
    acknowledgedAt: string | null;
    acknowledgedBy: string | null;
    resolvedAt: string | null;
    resolutionMethod: string | null;
    slaDueAt: string;
    slaState: "pending" | "met" | "breached";
    hasCreatedEvent: boolean;
    /** Whether the row is what its newest audit entry says; null: no entry speaks of it. */
    isUnaltered: boolean | null;
  };
  run: RunTestFacts | null;
  leaves: Partial<Record<TestId, LeafRef | null>>;
};

type Outcome = Pick<ControlTest, "result" | "detail">;
type Question = { test: string; answer: (facts: TestFacts) => Outcome };

/** One answered test. */
export function controlTest(id: TestId, facts: TestFacts): ControlTest {
  const { test, answer } = questions[id];
  return { id, test, ...answer(facts), leaf: facts.leaves[id] ?? null };
}

const passed = (detail: string): Outcome => ({ result: "passed", detail });
const failed = (detail: string): Outcome => ({ result: "failed", detail });
const notMet = (detail: string): Outcome => ({ result: "not_met", detail });
const noRun: Outcome = { result: "not_applicable", detail: "The incident has no run." };

function ofRun(judge: (run: RunTestFacts) => Outcome): Question["answer"] {
  return ({ run }) => (run === null ? noRun : judge(run));
}

const questions: Readonly<Record<TestId, Question>> = {
  snapshot_frozen: {
    test: "The policies in force were frozen at the run's start, and the snapshot still has its hash.",
    answer: ofRun(({ snapshot }) => {
      if (snapshot === null) return notMet("The run has no policy snapshot: it was refused before it started.");
      if (!snapshot.isIntact) return failed(`The snapshot no longer hashes to ${snapshot.hash}.`);
      return passed(
        `${plural(snapshot.policies, "policy", "policies")} frozen as ${snapshot.hash}; recomputed and equal.`,
      );
    }),
  },
  every_step_evaluated: {
    test: "Every step the runner posted has a decision on record.",
    answer: ofRun(({ steps }) => {
      if (steps.posted === 0) return notMet("No step of the run was let in.");
      const detail = `${steps.decided} of ${plural(steps.posted, "step has", "steps have")} a decision on record.`;
      return steps.decided === steps.posted ? passed(detail) : failed(detail);
    }),
  },
  inflection_marked: {
    test: "The step that broke policy is marked in the trace, once.",
    answer: ofRun(({ inflection }) => {
      if (inflection === null) return { result: "not_applicable", detail: "The run was not ended over a policy." };
      const detail = `Step ${inflection.stepIndex}: marked ${inflection.marked === 1 ? "once" : plural(inflection.marked, "time")}.`;
      return inflection.marked === 1 ? passed(detail) : failed(detail);
    }),
  },
  nothing_after_inflection: {
    test: "The run was ended at that step: no step was accepted into its chain afterwards.",
    answer: ofRun(({ inflection, recordsAfterViolation, isLive }) => {
      if (inflection === null) return { result: "not_applicable", detail: "The run was not ended over a policy." };
      if (isLive) return notMet("The run is still live.");
      const detail = `Stopped at step ${inflection.stoppedAtStep ?? "?"}; ${plural(recordsAfterViolation, "record")} accepted afterwards, late results of admitted steps left out.`;
      return recordsAfterViolation === 0 && inflection.stoppedAtStep !== null ? passed(detail) : failed(detail);
    }),
  },
  incident_recorded: {
    test: "The event is on record as an incident, with the entry of its opening.",
    answer: ({ incident }) => {
      const detail = `Opened ${instantText(incident.createdAt)} by ${incident.openedBy}.`;
      return incident.hasCreatedEvent ? passed(detail) : failed(`${detail} The entry of its opening is missing.`);
    },
  },
  severity_set: {
    test: "The incident has a severity.",
    answer: ({ incident }) => passed(`Severity ${incident.severity}.`),
  },
  acknowledged: {
    test: "A person acknowledged or resolved the incident.",
    answer: ({ incident }) => {
      if (incident.acknowledgedAt !== null) {
        return passed(`Acknowledged ${instantText(incident.acknowledgedAt)} by ${incident.acknowledgedBy ?? "?"}.`);
      }
      if (incident.resolvedAt !== null)
        return passed(`Resolved ${instantText(incident.resolvedAt)} without acknowledging it first.`);
      return notMet("Nobody has acknowledged it.");
    },
  },
  incident_unaltered: {
    test: "The incident's row is what its newest audit entry says.",
    answer: ({ incident }) => {
      if (incident.isUnaltered === null) return failed("No audit entry speaks of the incident.");
      return incident.isUnaltered ? passed("Recomputed and equal.") : failed("The row differs from its audit entry.");
    },
  },
  resolution_recorded: {
    test: "How the incident was resolved is on record.",
    answer: ({ incident }) => {
      if (incident.status !== "resolved") return notMet(`The incident is ${incident.status}.`);
      return passed(`Resolved ${instantText(incident.resolvedAt ?? "")} by ${incident.resolutionMethod ?? "?"}.`);
    },
  },
  time_target_kept: {
    test: "It was resolved within the time target of its severity.",
    answer: ({ incident }) => {
      const detail = `Due ${instantText(incident.slaDueAt)}: ${incident.slaState}.`;
      if (incident.slaState === "pending") return { result: "not_applicable", detail };
      return incident.slaState === "met" ? passed(detail) : notMet(detail);
    },
  },
  trace_verified: {
    test: "The run's chain, seal, steps and snapshot were computed again from the rows and agree.",
    answer: ofRun(({ verification, isLive }) => {
      const { verified, checked, finding } = verification;
      if (!verified) return failed(`Not verified: ${finding ?? "no reason given"}.`);
      if (isLive) return notMet(`${plural(checked, "record")} agree so far; the run is live and not sealed.`);
      return passed(`${plural(checked, "record")} recomputed; chain and seal agree.`);
    }),
  },
};

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
