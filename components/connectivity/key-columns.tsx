import type { Column } from "@/components/data/data-table";
import { plural } from "@/components/data/format";
import { Time } from "@/components/data/time";
import type { ApiKey } from "@/server/connectivity/contract";
import { KeyMark } from "./key-mark";

export const keyColumns: readonly Column<ApiKey>[] = [
  { id: "name", header: "Name", grow: true, sort: "name", cell: (key) => key.name },
  {
    id: "prefix",
    header: "Begins with",
    width: 130,
    hideBelow: "md",
    cell: (key) => <code className="text-xs">{key.prefix}…</code>,
  },
  { id: "status", header: "Status", width: 170, cell: (key) => <KeyMark apiKey={key} /> },
  {
    id: "scopes",
    header: "Scopes",
    width: 190,
    hideBelow: "lg",
    cell: (key) => <span title={key.scopes.join(", ")}>{scopesIn(key)}</span>,
  },
  { id: "agents", header: "Agents", width: 150, hideBelow: "xl", cell: (key) => agentsIn(key) },
  {
    id: "created",
    header: "Created",
    width: 150,
    sort: "created_at",
    hideBelow: "lg",
    cell: (key) => <Time at={key.created_at} />,
  },
  { id: "expires", header: "Expires", width: 150, hideBelow: "md", cell: (key) => <Expiry apiKey={key} /> },
  {
    id: "used",
    header: "Last used",
    width: 150,
    sort: "last_used_at",
    hideBelow: "md",
    cell: (key) =>
      key.last_used_at === null ? <span className="text-faint">never</span> : <Time at={key.last_used_at} />,
  },
];

function scopesIn({ scopes }: ApiKey): string {
  return scopes.length <= 2 ? scopes.join(", ") || "none" : plural(scopes.length, "scope");
}

function agentsIn({ agent_ids }: ApiKey) {
  if (agent_ids.length === 0) return <span className="text-muted">any</span>;
  return agent_ids.length === 1 ? agent_ids[0] : plural(agent_ids.length, "agent");
}

export function Expiry({ apiKey }: { apiKey: Pick<ApiKey, "expires_at"> }) {
  return apiKey.expires_at === null ? <span className="text-muted">never</span> : <Time at={apiKey.expires_at} />;
}
