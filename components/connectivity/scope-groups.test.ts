import { expect, it } from "vitest";
import { keyScopes } from "@/server/platform/auth/principal";
import { runnerScopes, scopeGroups, ungrouped } from "./scope-groups";

it("has words for every scope a key can have, and for no other", () => {
  const said = scopeGroups.flatMap((group) => group.scopes.map(({ scope }) => scope));
  expect(ungrouped).toEqual([]);
  expect([...said].sort()).toEqual([...keyScopes].sort());
  expect(runnerScopes.every((scope) => keyScopes.includes(scope))).toBe(true);
});
