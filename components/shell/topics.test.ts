import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { permissions } from "@/server/platform/auth/principal";
import { plannedTopics } from "./planned-topics";
import { hrefOf, shownTopics, topicAt, treeOf } from "./topics";

const topics = [...shownTopics, ...plannedTopics];

it("has the 26 topics of the product, each with an id and an address of its own", () => {
  expect(topics).toHaveLength(26);
  expect(new Set(topics.map((topic) => topic.id)).size).toBe(26);
  expect(new Set(topics.map(hrefOf)).size).toBe(26);
});

it("shows a topic exactly when it has a page", () => {
  const withPage = topics.filter((topic) => existsSync(`app/(console)${hrefOf(topic)}/page.tsx`));
  expect(withPage.map(hrefOf)).toEqual(shownTopics.map(hrefOf));
});

it("finds the topic of an address", () => {
  expect(topicAt("/logs/llm-runs")?.id).toBe("LOG-REC-LLM");
  expect(topicAt("/incidents/active")?.id).toBe("INC-EV-ACT");
  expect(topicAt("/nowhere")).toBeUndefined();
});

it("leaves out what the viewer may not read", () => {
  const all = treeOf(permissions);
  const some = treeOf(permissions.filter((permission) => permission !== "audit:read" && permission !== "keys:read"));
  const names = (tree: typeof all) => tree.flatMap((d) => d.subdomains.flatMap((s) => s.topics.map((t) => t.name)));
  expect(names(all).filter((name) => !names(some).includes(name))).toEqual(["Audit Logs", "API Keys"]);
  expect(all.map((one) => one.domain).at(-1)).toBe("Account");
});
