// An event of the replay in the product's words. The wire names what it is by stored values, with what people and runners
// wrote behind them: that stays as they wrote it. Pure.

import { capitalised } from "@/components/account/actor-names";
import { words } from "@/components/data/format";
import { stepTypes } from "@/db/vocabulary";
import type { TimelineEvent } from "@/server/activity/contract";
import { amountOf, bareAmountOf, metricName } from "./metric-words";
import { endWords, releaseWords } from "./run-words";
import { blockWords } from "./step-decision";

interface EventWords {
  /** What it was. */
  deed: string;
  /** What came of it. */
  outcome: string;
}

type Told = Pick<TimelineEvent, "source" | "action" | "outcome">;

/** `nameOf` says who `user:<id>` is, within a sentence. */
export function wordsOfEvent(event: Told, nameOf: (actor: string) => string): EventWords {
  const [kind, ...rest] = event.action.split(" ");
  const { outcome } = event;
  if (event.source === "llm") return { deed: postWords(kind ?? "", rest), outcome: decisionWords(outcome) };
  if (event.source === "policy") return ofPolicy(kind ?? "", rest.join(" "), outcome);
  const deed = [words(kind ?? null), ...(rest.length > 0 ? [rest.join(" ")] : [])].join(" · ");
  if (kind === "release") return { deed, outcome: releaseOutcome(outcome, nameOf) };
  return { deed, outcome: systemOutcomes[kind ?? ""]?.(outcome) ?? outcome };
}

// Kind, step type and skill; what is none of ours is the runner's own name.
function postWords(kind: string, [type = "", ...skill]: readonly string[]): string {
  const isType = stepTypes.some((one) => one === type);
  const own = (isType ? skill : [type, ...skill]).join(" ");
  return [words(kind), isType ? words(type) : "", own].filter((part) => part !== "").join(" · ");
}

const actions: Readonly<Record<string, string>> = { allow: "Allowed", warn: "Warned" };

/** `allow`, `block pause` and the like; of what came late, how its runner says it went. */
function decisionWords(outcome: string): string {
  const [action = "", enforcement = "stop"] = outcome.split(" ");
  if (action === "block") return blockWords[enforcement]?.word ?? "Blocked";
  return actions[action] ?? words(outcome);
}

/** `block pause <reason>`. */
function pauseOutcome(outcome: string): string {
  const [action, enforcement, ...reason] = outcome.split(" ");
  return `${decisionWords(`${action} ${enforcement}`)}${reason.length > 0 ? `: ${reason.join(" ")}` : ""}`;
}

/** `deny user:<id> <reason>`, of which only the first need be there. */
function releaseOutcome(outcome: string, nameOf: (actor: string) => string): string {
  const [decision = "", by, ...reason] = outcome.split(" ");
  const deed = decision === "approve" || decision === "deny" ? releaseWords[decision] : words(decision);
  return `${deed}${by === undefined ? "" : ` by ${nameOf(by)}`}${reason.length > 0 ? `: ${reason.join(" ")}` : ""}`;
}

const systemOutcomes: Readonly<Record<string, (outcome: string) => string>> = {
  run: words,
  lapse: () => "No result came in time",
  pause: pauseOutcome,
  stopped: ended,
  end: ended,
};

function ended(outcome: string): string {
  const [status = "", reason] = outcome.split(" ");
  return endWords(status, reason ?? null);
}

const signals: Readonly<Record<string, string>> = {
  near: "Near a limit",
  breach: "Over a limit",
  unpriced: "A model without a price",
};

function ofPolicy(kind: string, what: string, outcome: string): EventWords {
  if (kind === "signal") return { deed: signals[what] ?? words(what), outcome: measureWords(outcome) };
  if (kind === "incident") return { deed: `Incident ${words(what).toLowerCase()}`, outcome: incidentWords(outcome) };
  // The reason is a sentence of its own.
  return { deed: words(what), outcome };
}

function measureWords(outcome: string): string {
  // A model without a price has a sentence for its value, and no threshold.
  const unpriced = /^\S+ (no price for .+) of $/.exec(outcome)?.[1];
  if (unpriced !== undefined) return capitalised(unpriced);
  const [, metric, current, threshold] = /^(\S+) (\S+) of (\S+)$/.exec(outcome) ?? [];
  if (metric === undefined || current === undefined || threshold === undefined) return outcome;
  return `${metricName(metric)}: ${amountOf(metric, current)} of ${bareAmountOf(metric, threshold)}`;
}

function incidentWords(outcome: string): string {
  const [severity = "", type = ""] = outcome.split(" ");
  return type === "" ? words(severity) : `${words(type)}, ${words(severity).toLowerCase()}`;
}
