// What each scope of a key lets a program do, in words.

import { keyScopes, type Permission } from "@/server/platform/auth/principal";

interface ScopeGroup {
  name: string;
  scopes: readonly { scope: Permission; says: string }[];
}

export const scopeGroups: readonly ScopeGroup[] = [
  {
    name: "Run agents",
    scopes: [
      { scope: "runs:write", says: "Start runs, ask before steps, report results, end runs" },
      { scope: "runs:read", says: "Read runs and verify their chains" },
      { scope: "runs:synthetic", says: "Mark runs as rehearsals, which count in no statistic" },
    ],
  },
  {
    name: "Watch",
    scopes: [
      { scope: "activity:read", says: "Read live and completed runs and the event stream" },
      { scope: "activity:replay", says: "Replay a trace around the step that broke a policy" },
      { scope: "overview:read", says: "Read the overview's figures" },
      { scope: "analytics:read", says: "Read cost and usage figures" },
      { scope: "logs:read", says: "Read the records of runs" },
      { scope: "audit:read", says: "Read who did what, and check the audit log" },
    ],
  },
  {
    name: "Respond",
    scopes: [
      { scope: "activity:respond", says: "Acknowledge and suppress signals" },
      { scope: "incidents:read", says: "Read incidents" },
      { scope: "incidents:respond", says: "Acknowledge, escalate, resolve, comment" },
    ],
  },
  {
    name: "Policies",
    scopes: [
      { scope: "policies:read", says: "Read rules, limits and violations" },
      { scope: "policies:propose", says: "Propose rules for somebody else to approve" },
      { scope: "policies:manage", says: "Change rules and limits" },
      { scope: "policies:override", says: "Release paused runs, freeze and lift" },
    ],
  },
  {
    name: "Evidence",
    scopes: [
      { scope: "exports:read", says: "Download bundles" },
      { scope: "exports:create", says: "Make bundles and export logs" },
      { scope: "exports:certify", says: "Make SOC2 and executive documents" },
    ],
  },
  {
    name: "Connectivity",
    scopes: [
      { scope: "connectivity:read", says: "Read integrations" },
      { scope: "connectivity:manage", says: "Change integrations" },
    ],
  },
];

/** What a program that only runs agents needs. */
export const runnerScopes: readonly Permission[] = ["runs:write", "runs:read"];

/** Scopes without words: a new one must be put into a group. */
export const ungrouped: readonly Permission[] = keyScopes.filter(
  (scope) => !scopeGroups.some((group) => group.scopes.some((entry) => entry.scope === scope)),
);
