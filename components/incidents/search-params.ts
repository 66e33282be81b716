// What stands in the addresses of the incident pages. Names are the API's.

import { asBoolean, asListOf, asOneOf, asText, type Values } from "@/components/data/address-params";
import { causeTypes, incidentCategories, incidentTypes, severities } from "@/db/vocabulary";

const openStatuses = ["active", "acknowledged"] as const;
const activeSorts = ["-severity", "severity", "-created_at", "created_at"] as const;
const resolvedSorts = ["-resolved_at", "resolved_at", "-created_at", "created_at", "-severity", "severity"] as const;

const narrowing = {
  severity: asListOf(asOneOf(severities)),
  type: asListOf(asOneOf(incidentTypes)),
  category: asListOf(asOneOf(incidentCategories)),
  cause_type: asListOf(asOneOf(causeTypes)),
  agent: asText,
  policy_id: asText,
  run_id: asText,
  escalated: asBoolean,
  synthetic: asBoolean,
  q: asText,
};

export const activeParams = {
  ...narrowing,
  status: asListOf(asOneOf(openStatuses)),
  sort: asOneOf(activeSorts).withDefault("-severity"),
  /** The incident in the side panel. */
  open: asText,
};

export const resolvedParams = {
  ...narrowing,
  sort: asOneOf(resolvedSorts).withDefault("-resolved_at"),
  open: asText,
};

export type Narrowing = Values<typeof narrowing>;
type Active = Narrowing & { status: (typeof openStatuses)[number][] | null; sort: (typeof activeSorts)[number] };
type Resolved = Narrowing & { sort: (typeof resolvedSorts)[number] };

/** The query of `GET /incidents`: without a choice both states that still need somebody. */
export function activeQuery({ status, sort, ...rest }: Active) {
  return { ...given(rest), status: status === null || status.length === 0 ? [...openStatuses] : status, sort };
}

/** The query of `GET /incidents/resolved`. */
export function resolvedQuery({ sort, ...rest }: Resolved, range: { since: string | null; until: string | null }) {
  const window = {
    ...(range.since === null ? {} : { resolved_after: range.since }),
    ...(range.until === null ? {} : { resolved_before: range.until }),
  };
  return { ...given(rest), ...window, sort };
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

// Every absent filter is left out, so that the address, the server's read and the browser's read have one key.
function given(values: Narrowing): Given<Narrowing> {
  const { severity, type, category, cause_type, agent, policy_id, run_id, escalated, synthetic, q } = values;
  return {
    ...(severity?.length ? { severity } : {}),
    ...(type?.length ? { type } : {}),
    ...(category?.length ? { category } : {}),
    ...(cause_type?.length ? { cause_type } : {}),
    ...(agent ? { agent } : {}),
    ...(policy_id ? { policy_id } : {}),
    ...(run_id ? { run_id } : {}),
    ...(escalated === null ? {} : { escalated }),
    ...(synthetic === null ? {} : { synthetic }),
    ...(q ? { q } : {}),
  };
}
