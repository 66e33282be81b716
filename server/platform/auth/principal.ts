import type { Role } from "@/db/vocabulary";

/** Every permission, and who has it: roles, and whether an API key may carry it as a scope. Held equal to docs/operations.tsv. */
const grants = {
  "account:manage": ["owner", "admin"],
  "account:own": ["owner"],
  "account:read": ["owner", "admin", "member", "viewer", "auditor"],
  "activity:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "activity:replay": ["owner", "admin", "member", "auditor", "key"],
  "activity:respond": ["owner", "admin", "member", "key"],
  "analytics:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "audit:read": ["owner", "admin", "auditor", "key"],
  "billing:read": ["owner", "admin", "auditor"],
  "connectivity:manage": ["owner", "admin", "key"],
  "connectivity:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "exports:certify": ["owner", "admin", "auditor", "key"],
  "exports:create": ["owner", "admin", "member", "auditor", "key"],
  "exports:read": ["owner", "admin", "member", "auditor", "key"],
  "exports:review": ["owner", "admin", "auditor"],
  "incidents:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "incidents:respond": ["owner", "admin", "member", "key"],
  "keys:manage": ["owner", "admin"],
  "keys:read": ["owner", "admin", "auditor"],
  "logs:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "members:manage": ["owner", "admin"],
  "members:read": ["owner", "admin", "member", "viewer", "auditor"],
  "overview:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "platform:metrics": [],
  "platform:operate": [],
  "policies:approve": ["owner", "admin"],
  "policies:manage": ["owner", "admin", "key"],
  "policies:override": ["owner", "admin", "key"],
  "policies:propose": ["owner", "admin", "member", "key"],
  "policies:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "runs:read": ["owner", "admin", "member", "viewer", "auditor", "key"],
  "runs:synthetic": ["owner", "admin", "key"],
  "runs:write": ["owner", "admin", "member", "key"],
} as const satisfies Record<string, readonly (Role | "key")[]>;

export type Permission = keyof typeof grants;

export const permissions = Object.keys(grants) as Permission[];

function permissionsOf(holder: Role | "key"): ReadonlySet<Permission> {
  return new Set(permissions.filter((permission) => (grants[permission] as readonly string[]).includes(holder)));
}

export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: permissionsOf("owner"),
  admin: permissionsOf("admin"),
  member: permissionsOf("member"),
  viewer: permissionsOf("viewer"),
  auditor: permissionsOf("auditor"),
};

/** What an API key may carry: never approvals, account, members, billing or platform. */
export const keyScopes: readonly Permission[] = [...permissionsOf("key")];

export type Principal =
  | {
      kind: "user";
      tenantId: string;
      userId: string;
      sessionId: string;
      role: Role;
      permissions: ReadonlySet<Permission>;
    }
  | {
      kind: "key";
      tenantId: string;
      keyId: string;
      /** The agents it may name; null: any, and its runs are `agent_verified: false`. */
      agentIds: readonly string[] | null;
      permissions: ReadonlySet<Permission>;
    }
  | { kind: "system"; tenantId: string; component: string; permissions: ReadonlySet<Permission> };

export type Actor = { actor_type: "user" | "key" | "system"; actor_id: string };

/** Who did it, always from the principal and never from a body. */
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "user":
      return { actor_type: "user", actor_id: principal.userId };
    case "key":
      return { actor_type: "key", actor_id: principal.keyId };
    case "system":
      return { actor_type: "system", actor_id: principal.component };
  }
}

/** `user:<id>`, `key:<id>` or `system:<component>`: one string for columns that say who. */
export function actorKey(principal: Principal): string {
  const { actor_type, actor_id } = actorOf(principal);
  return `${actor_type}:${actor_id}`;
}

/** The product itself acting within a tenant: sweeper, seeds, bootstrap. It may do what the component's code does. */
export function systemPrincipal(tenantId: string, component: string): Principal {
  return { kind: "system", tenantId, component, permissions: new Set(permissions) };
}
