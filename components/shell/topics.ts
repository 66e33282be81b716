// The one registry of topics: it makes the sidebar, the tabs, the breadcrumb and the command palette. Those that have no
// page yet stand in planned-topics.ts, which no browser loads.

import type { Permission } from "@/server/platform/auth/principal";

export interface Topic {
  id: string;
  domain: string;
  subdomain: string;
  name: string;
  /** One line under the title. */
  definition: string;
  permission: Permission;
  /** Goes there after `g`. */
  key?: string;
  /** Its lists go by the time range of the top bar. */
  ranged?: true;
  /** Other names people know it by: for the palette. */
  also?: string;
}

const topics = [
  {
    id: "OVR-SUM-HIGH",
    domain: "Overview",
    subdomain: "Summary",
    name: "Highlights",
    definition: "What needs you now, and what changed.",
    permission: "overview:read",
    key: "o",
    ranged: true,
    also: "home pulse status",
  },
  {
    id: "ACT-LLM-LIVE",
    domain: "Activity",
    subdomain: "LLM runs",
    name: "Live",
    definition: "Runs that execute, wait or are queued now.",
    permission: "activity:read",
    key: "l",
    also: "running agents",
  },
  {
    id: "ACT-LLM-COMP",
    domain: "Activity",
    subdomain: "LLM runs",
    name: "Completed",
    definition: "Runs that are over, however they ended.",
    permission: "activity:read",
    key: "c",
    ranged: true,
    also: "finished failed stopped history",
  },
  {
    id: "INC-EV-ACT",
    domain: "Incidents",
    subdomain: "Events",
    name: "Active",
    definition: "Incidents that need somebody's attention.",
    permission: "incidents:read",
    key: "i",
    also: "triage alerts",
  },
  {
    id: "INC-EV-RES",
    domain: "Incidents",
    subdomain: "Events",
    name: "Resolved",
    definition: "Incidents that were closed, and how.",
    permission: "incidents:read",
    key: "r",
    ranged: true,
  },
  {
    id: "POL-GOV-ACT",
    domain: "Policies",
    subdomain: "Governance",
    name: "Active",
    definition: "The rules that runs are held to.",
    permission: "policies:read",
    key: "p",
    also: "rules",
  },
  {
    id: "POL-LIM-CTR",
    domain: "Policies",
    subdomain: "Limits",
    name: "Controls",
    definition: "Limits over time, and how far they are used.",
    permission: "policies:read",
    key: "t",
    also: "thresholds budgets quotas rates",
  },
  {
    id: "POL-LIM-VIO",
    domain: "Policies",
    subdomain: "Limits",
    name: "Violations",
    definition: "Every time a rule or limit was broken.",
    permission: "policies:read",
    key: "v",
    ranged: true,
    also: "breaches blocks",
  },
  {
    id: "LOG-REC-LLM",
    domain: "Logs",
    subdomain: "Records",
    name: "LLM Runs",
    definition: "The immutable record of every run.",
    permission: "logs:read",
    key: "u",
    ranged: true,
  },
  {
    id: "LOG-REC-AUD",
    domain: "Logs",
    subdomain: "Records",
    name: "Audit Logs",
    definition: "Who did what, in a chain that shows tampering.",
    permission: "audit:read",
    key: "a",
    ranged: true,
    also: "integrity chain",
  },
  {
    id: "CON-INT-SDK",
    domain: "Connectivity",
    subdomain: "Integrations",
    name: "SDK Integration",
    definition: "Connect a runner and see its first run arrive.",
    permission: "connectivity:read",
    key: "s",
    also: "setup wizard snippet quick start",
  },
  {
    id: "CON-API-KEYS",
    domain: "Connectivity",
    subdomain: "API",
    name: "API Keys",
    definition: "Keys that programs use: create, rotate, revoke.",
    permission: "keys:read",
    key: "k",
  },
  {
    id: "ACC-TM-MEM",
    domain: "Account",
    subdomain: "Team",
    name: "Members",
    definition: "Who may do what here, and who is invited.",
    permission: "members:read",
    key: "m",
    also: "users roles invitations",
  },
  {
    id: "ACC-SET-MGT",
    domain: "Account",
    subdomain: "Settings",
    name: "Account Management",
    definition: "Settings of this tenant: time zone, response times, failure mode, prices.",
    permission: "account:read",
    key: "e",
    also: "tenant settings sla prices",
  },
] as const satisfies readonly Topic[];

export type TopicId = (typeof topics)[number]["id"];

/** The topics that have a page, in the order of the sidebar. */
export const shownTopics: readonly (Topic & { id: TopicId })[] = topics;

export function topicOf(id: TopicId): Topic & { id: TopicId } {
  const found = shownTopics.find((topic) => topic.id === id);
  if (found === undefined) throw new Error(`no topic ${id}`);
  return found;
}

/** `/{domain}/{topic}`. */
export function hrefOf({ domain, name }: Pick<Topic, "domain" | "name">): string {
  return `/${slug(domain)}/${slug(name)}`;
}

/** The topic whose page, or a page below whose domain, is at this path. */
export function topicAt(pathname: string): (Topic & { id: TopicId }) | undefined {
  return shownTopics.find((topic) => pathname === hrefOf(topic) || pathname.startsWith(`${hrefOf(topic)}/`));
}

/** Domains with their subdomains and topics, as the viewer may see them. */
export function treeOf(permissions: readonly string[]) {
  const seen = shownTopics.filter((topic) => permissions.includes(topic.permission));
  return [...new Set(seen.map((topic) => topic.domain))].map((domain) => {
    const own = seen.filter((topic) => topic.domain === domain);
    const subdomains = [...new Set(own.map((topic) => topic.subdomain))].map((name) => ({
      name,
      topics: own.filter((topic) => topic.subdomain === name),
    }));
    return { domain, subdomains };
  });
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
