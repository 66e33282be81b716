// What may stand at a place in a condition, from the environment that the gate evaluates it in.

import { actorTypes, type BindMoment, runSources, stepPhases, stepStatuses, stepTypes } from "@/db/vocabulary";
import { environmentFields, environmentGroups } from "@/server/policy-language/check/environment";
import { functionNames } from "@/server/policy-language/check/functions";
import { conditionFieldsAllowedAt } from "@/server/policy-language/check/moments";
import { typeName } from "@/server/policy-language/check/value-type";

export interface Offer {
  label: string;
  kind: "field" | "group" | "function" | "value";
  detail: string;
  info: string | null;
}

export interface Offers {
  /** Where what is typed already begins. */
  from: number;
  offers: Offer[];
}

const values: Readonly<Record<string, readonly string[]>> = {
  "step.type": stepTypes,
  "step.status": stepStatuses,
  "step.phase": stepPhases,
  "actor.type": actorTypes,
  "run.source": runSources,
};

const comparedValue = /((?:run|step|actor)\.\w+)\s*(?:==|!=)\s*("?\w*)$/;
const member = /(?<![\w."])(\w+)\.(\w*)$/;
const method = /[\w)\]"]\.(\w*)$/;
const word = /(?<![\w.])([A-Za-z_]\w*)?$/;

/** `isAsked`: also where nothing has been typed yet. null: nothing is known of this place. */
export function offersAt(
  source: string,
  at: number,
  { bindAt, isAsked }: { bindAt: BindMoment; isAsked: boolean },
): Offers | null {
  const before = source.slice(0, at);
  if (isInText(before)) return valueOffers(before);
  const value = valueOffers(before);
  if (value !== null) return value;
  const [, group = "", started = ""] = member.exec(before) ?? [];
  const fields = fieldsOf(group, bindAt);
  if (fields.length > 0) return { from: at - started.length, offers: fields };
  const called = method.exec(before);
  if (called !== null) return { from: at - (called[1]?.length ?? 0), offers: functions };
  const typed = word.exec(before)?.[1] ?? "";
  if (typed === "" && !isAsked) return null;
  return { from: at - typed.length, offers: [...firstLevel(bindAt), ...functions] };
}

function valueOffers(before: string): Offers | null {
  const [, path = "", typed = ""] = comparedValue.exec(before) ?? [];
  const known = values[path];
  if (known === undefined) return null;
  const offers = known.map((one): Offer => ({ label: `"${one}"`, kind: "value", detail: path, info: null }));
  return { from: before.length - typed.length, offers };
}

// An odd number of quotes before the place; a quote escaped within a text is not worth a parser here.
function isInText(before: string): boolean {
  return (before.replaceAll('\\"', "").match(/"/g)?.length ?? 0) % 2 === 1;
}

function fieldsOf(group: string, bindAt: BindMoment): Offer[] {
  const allowed = new Set(conditionFieldsAllowedAt(bindAt));
  return environmentFields
    .filter(({ path }) => path.startsWith(`${group}.`) && allowed.has(path))
    .map(({ path, type, meaning }) => ({
      label: path.slice(group.length + 1),
      kind: "field",
      detail: typeName(type),
      info: meaning,
    }));
}

function firstLevel(bindAt: BindMoment): Offer[] {
  const allowed = conditionFieldsAllowedAt(bindAt);
  const groups = environmentGroups.filter((group) => allowed.some((path) => path.startsWith(`${group}.`)));
  const single = environmentFields.filter(({ path }) => !path.includes(".") && allowed.includes(path));
  return [
    ...groups.map((group): Offer => ({ label: group, kind: "group", detail: "fields", info: groupMeanings[group] })),
    ...single.map(
      ({ path, type, meaning }): Offer => ({
        label: path,
        kind: "field",
        detail: typeName(type),
        info: meaning,
      }),
    ),
  ];
}

const groupMeanings: Readonly<Record<(typeof environmentGroups)[number], string>> = {
  run: "what the run has used so far, and what it is",
  step: "the step that is decided",
  agent: "which agent runs",
  actor: "on whose behalf",
};

const functions: Offer[] = functionNames.map((name) => ({
  label: name,
  kind: "function",
  detail: "function",
  info: null,
}));
