"use server";

import type { ServerAction } from "@/components/data/use-action";
import { limitWire, ruleWire, scopesForm, scopesWire } from "@/components/policies/rule-wire";
import { action } from "@/server/endpoints";
import { liftFreeze, setFreeze } from "@/server/gate/freeze-contract";
import {
  createLimit,
  createRule,
  disableLimit,
  replaceLimit,
  replacePolicy,
  replacePrecedence,
  replaceScopes,
  retirePolicy,
} from "@/server/policies/contract";
import type { Limit, Policy, PolicyScopes } from "@/server/policies/wire";

type Sent<V> = Parameters<ServerAction<V>>;

const create = action(createRule);
const replace = action(replacePolicy);
const scope = action(replaceScopes);
const createOne = action(createLimit);
const replaceOne = action(replaceLimit);

export const retire = action(retirePolicy);
export const precedence = action(replacePrecedence);
export const disable = action(disableLimit);
export const freeze = action(setFreeze);
export const lift = action(liftFreeze);

export async function saveNewRule(...[previous, form]: Sent<Policy>) {
  return create(previous, ruleWire(form));
}

/** The contract takes one scope with a rule: where it had several, they are put back as the version after. */
export async function saveRule(...[previous, form]: Sent<Policy>) {
  const saved = await replace(previous, ruleWire(form));
  const several = saved.ok ? scopesForm(form, saved.value) : null;
  if (several === null) return saved;
  const scoped = await scope(null, several);
  return scoped.ok ? saved : { ok: false as const, problem: scoped.problem };
}

export async function saveScopes(...[previous, form]: Sent<PolicyScopes>) {
  return scope(previous, scopesWire(form));
}

export async function saveNewLimit(...[previous, form]: Sent<Limit>) {
  return createOne(previous, limitWire(form));
}

export async function saveLimit(...[previous, form]: Sent<Limit>) {
  return replaceOne(previous, limitWire(form));
}
