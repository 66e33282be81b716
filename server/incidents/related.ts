// What makes two incidents related, and how much. Pure.

import { type Relation, relations } from "@/server/incidents/contract";

/** How far apart two incidents of one agent and category may lie. */
export const relatedWithinDays = 30;

const weight: Readonly<Record<Relation, number>> = { same_run: 0.9, same_policy: 0.6, same_category_and_agent: 0.4 };

/** Sums order exactly as scores do, and the database can add integers. */
export const relationRank: Readonly<Record<Relation, number>> = {
  same_run: 4,
  same_policy: 2,
  same_category_and_agent: 1,
};

type Traits = {
  sourceRunId: string | null;
  policyId: string | null;
  agentId: string | null;
  category: string;
  createdAt: Date;
};

/** Strongest first; empty for two that have nothing to do with each other. */
export function relationsOf(a: Traits, b: Traits): Relation[] {
  const isNear = Math.abs(a.createdAt.getTime() - b.createdAt.getTime()) <= relatedWithinDays * 86_400_000;
  const holds: Record<Relation, boolean> = {
    same_run: a.sourceRunId !== null && a.sourceRunId === b.sourceRunId,
    same_policy: a.policyId !== null && a.policyId === b.policyId,
    same_category_and_agent: a.agentId !== null && a.agentId === b.agentId && a.category === b.category && isNear,
  };
  return relations.filter((relation) => holds[relation]);
}

/** 1 − Π(1 − weight): each further relation takes its share of what the others leave open. Three decimals. */
export function relatedScore(found: readonly Relation[]): number {
  const open = found.reduce((rest, relation) => rest * (1 - weight[relation]), 1);
  return Math.round((1 - open) * 1_000) / 1_000;
}

export function rankOf(found: readonly Relation[]): number {
  return found.reduce((sum, relation) => sum + relationRank[relation], 0);
}
