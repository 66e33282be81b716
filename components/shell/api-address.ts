// Where the API answers what a page of the console shows.

const lists: Readonly<Record<string, string>> = {
  "/overview/highlights": "/api/v1/overview/highlights",
  "/activity/live": "/api/v1/activity/live",
  "/activity/completed": "/api/v1/activity/completed",
  "/incidents/active": "/api/v1/incidents/active",
  "/incidents/resolved": "/api/v1/incidents/resolved",
  "/policies/active": "/api/v1/policies/rules",
  "/policies/controls": "/api/v1/policies/limits",
  "/policies/violations": "/api/v1/policies/violations",
  "/logs/llm-runs": "/api/v1/logs/llm-runs",
  "/logs/audit-logs": "/api/v1/logs/audit",
  "/connectivity/api-keys": "/api/v1/connectivity/api-keys",
  "/account/members": "/api/v1/accounts/users",
  "/account/account-management": "/api/v1/accounts/settings",
};

const details: readonly [RegExp, string][] = [
  [/^\/activity\/runs\/([\w-]+)$/, "/api/v1/activity/"],
  [/^\/incidents\/([0-9a-f-]{36})$/, "/api/v1/incidents/"],
  [/^\/policies\/rules\/([0-9a-f-]{36})$/, "/api/v1/policies/rules/"],
  [/^\/policies\/limits\/([0-9a-f-]{36})$/, "/api/v1/policies/limits/"],
  [/^\/logs\/entries\/([\w-]+)$/, "/api/v1/logs/"],
  [/^\/connectivity\/api-keys\/([0-9a-f-]{36})$/, "/api/v1/connectivity/api-keys/"],
];

/** Filters of a list mean the same in both addresses; what only the console knows is left out. Null where no read fits. */
export function apiAddressOf(pathname: string, search: URLSearchParams): string | null {
  const list = lists[pathname];
  if (list !== undefined) {
    const own = new URLSearchParams(
      [...search].filter(([name]) => !["open", "range", "from", "to", "group"].includes(name)),
    );
    return own.size === 0 ? list : `${list}?${own}`;
  }
  for (const [shape, path] of details) {
    const id = shape.exec(pathname)?.[1];
    if (id !== undefined) return path + id;
  }
  return null;
}
