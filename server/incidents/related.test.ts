import { expect, it } from "vitest";
import { type Relation, relations } from "@/server/incidents/contract";
import { rankOf, relatedScore, relationsOf } from "@/server/incidents/related";

const at = (text: string) => new Date(`${text}T00:00:00.000Z`);
const incident = { sourceRunId: "r", policyId: "p", agentId: "a", category: "RATE_LIMIT", createdAt: at("2026-03-01") };
const stranger = { sourceRunId: null, policyId: null, agentId: null, category: "MANUAL", createdAt: at("2026-03-01") };

it("finds each relation, strongest first", () => {
  expect(relationsOf(incident, incident)).toEqual(["same_run", "same_policy", "same_category_and_agent"]);
  expect(relationsOf(incident, { ...stranger, policyId: "p" })).toEqual(["same_policy"]);
  expect(relationsOf(incident, stranger)).toEqual([]);
});

it("does not relate what is absent on both sides", () => {
  expect(relationsOf(stranger, stranger)).toEqual([]);
});

it("looks 30 days in either direction for the same agent and category", () => {
  const other = { ...stranger, agentId: "a", category: "RATE_LIMIT" };
  const found = (day: string) => relationsOf(incident, { ...other, createdAt: at(day) }).length;
  expect([found("2026-01-30"), found("2026-01-29"), found("2026-03-31"), found("2026-04-01")]).toEqual([1, 0, 1, 0]);
  expect(relationsOf(incident, { ...other, category: "MANUAL" })).toEqual([]);
});

it("scores combinations in the order in which the database ranks them, within 0 and 1", () => {
  const combinations = Array.from({ length: 8 }, (_, bits): Relation[] => relations.filter((_, i) => bits & (1 << i)));
  const byRank = [...combinations].sort((a, b) => rankOf(a) - rankOf(b));
  const scores = byRank.map(relatedScore);
  expect(scores).toEqual([...scores].sort((a, b) => a - b));
  expect(new Set(scores).size).toBe(8);
  expect([scores[0], scores[7]]).toEqual([0, 0.976]);
});
