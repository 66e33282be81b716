import { type Role, roles, type TenantPlan, type TenantStatus } from "@/db/vocabulary";
import { findPerson, listPeople, type PeopleQuery, type Person } from "@/server/account/people";
import { accountActions, type Changer, invitationActions, seatActions } from "@/server/account/rules";
import { seatsOf } from "@/server/account/store";
import type { Account, Member, SeatRole } from "@/server/account/wire";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { asSystem } from "@/server/platform/db/system-db";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import type { Context, OwnContext } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";

/** Who a principal is where seats are changed. */
export function changerOf(principal: Principal): Changer {
  return principal.kind === "user"
    ? { userId: principal.userId, role: principal.role }
    : { userId: null, role: principal.kind === "system" ? "owner" : "viewer" };
}

export async function showAccount({ db, principal }: Context) {
  const account = await readAccount(db);
  const active_api_keys = principal.permissions.has("keys:read") ? account.active_api_keys : null;
  return { entity: { ...account, active_api_keys }, actions: accountActions(principal.permissions) };
}

interface AccountRow {
  id: string;
  name: string;
  slug: string;
  plan: TenantPlan;
  status: TenantStatus;
  is_demo: number;
  created_at: Date;
  active_api_keys: number;
  agents: number;
  invited: number;
}

async function readAccount(db: TenantDb): Promise<Account> {
  const [row] = await db.sql<AccountRow>`
    select t.id, t.name, t.slug, t.plan, t.status, t.is_demo, t.created_at,
      (select count(*)::int from api_keys where ${db.mine()} and status = 'active'
        and (expires_at is null or expires_at > clock_timestamp())) as active_api_keys,
      (select count(*)::int from agents where ${db.mine()}) as agents,
      (select count(*)::int from invitations where ${db.mine()} and accepted_at is null and revoked_at is null
        and expires_at > clock_timestamp()) as invited
    from tenants t where t.id = ${db.tenantId}`;
  if (row === undefined) throw NotFound.with();
  const { invited, is_demo, id, created_at, ...rest } = row;
  const members = { ...(await countSeats(db)), invited };
  return { ...rest, tenant_id: id, is_demo: is_demo === 1, created_at: created_at.toISOString(), members };
}

async function countSeats(db: TenantDb): Promise<Omit<Account["members"], "invited">> {
  const rows = await db.sql<{ role: Role; status: "active" | "suspended" | "expired"; n: number }>`
    select role, case when status = 'active' and expires_at <= clock_timestamp() then 'expired' else status end as status,
      count(*)::int as n
    from memberships where ${db.mine()} group by 1, 2`;
  const of = (status: string) => rows.filter((row) => row.status === status).reduce((sum, { n }) => sum + n, 0);
  const active = (role: Role) => rows.find((row) => row.role === role && row.status === "active")?.n ?? 0;
  const by_role = { owner: 0, admin: 0, member: 0, viewer: 0, auditor: 0 };
  for (const role of roles) by_role[role] = active(role);
  return { by_role, active: of("active"), suspended: of("suspended"), expired: of("expired") };
}

export function listMembers({ principal }: OwnContext, query: PeopleQuery) {
  return listPeople(principal.tenantId, query, (person) => memberView(person, principal));
}

/** Throws 404. */
export async function showMember({ principal }: OwnContext, id: string) {
  const person = await requirePerson(principal, id);
  const changer = changerOf(principal);
  if (person.kind === "invitation") {
    const actions = invitationActions(changer, principal.permissions, person.role);
    return { entity: memberView(person, principal), actions };
  }
  const seats = await asTenant(principal, seatsOf);
  const seat = seats.find(({ userId }) => userId === id);
  if (seat === undefined) throw NotFound.with();
  const actions = seatActions(changer, principal.permissions, { seats, seat });
  return { entity: memberView(person, principal), actions };
}

/** Throws 404, also for an invitation: it has no role yet that could be changed. */
export async function showRole({ db }: Pick<Context, "db">, userId: string): Promise<SeatRole> {
  const seat = (await seatsOf(db)).find((held) => held.userId === userId);
  if (seat === undefined) throw NotFound.with();
  return roleView(userId, seat.role);
}

export function roleView(userId: string, role: Role): SeatRole {
  return {
    user_id: userId,
    role,
    permissions: [...rolePermissions[role]],
    roles: roles.map((name) => ({ role: name, permissions: [...rolePermissions[name]] })),
  };
}

async function requirePerson({ tenantId }: Principal, id: string): Promise<Person> {
  const person = await asSystem("account: the people of a tenant", (sql) => findPerson(sql, tenantId, id));
  if (person === null) throw NotFound.with();
  return person;
}

/** A member on the wire. How others sign in, and when, is for those who may read the audit log. */
export function memberView(person: Person, principal: Principal): Member {
  const { id, expires_at, invitation_expires_at, created_at, last_seen_at, two_factor, ...rest } = person;
  const isSelf = principal.kind === "user" && principal.userId === id;
  const isOpen = isSelf || principal.permissions.has("audit:read");
  return {
    user_id: id,
    ...rest,
    expires_at: expires_at?.toISOString() ?? null,
    invitation_expires_at: invitation_expires_at?.toISOString() ?? null,
    two_factor: isOpen ? two_factor : null,
    last_seen_at: isOpen ? (last_seen_at?.toISOString() ?? null) : null,
    created_at: created_at.toISOString(),
    is_self: isSelf,
  };
}
