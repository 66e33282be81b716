// A tenant and its owner, with their first audit entries, in one transaction: there is never a user without the tenant
// that the sign-up was for, nor a tenant without an owner.

import { hashPassword } from "better-auth/crypto";
import { v7 as uuidv7 } from "uuid";
import type { TenantPlan } from "@/db/vocabulary";
import { EmailTaken } from "@/server/account/contract";
import { slugOf } from "@/server/account/rules";
import { writeAudit } from "@/server/platform/audit/audit";
import { type Principal, rolePermissions, systemPrincipal } from "@/server/platform/auth/principal";
import { enterTenant } from "@/server/platform/db/enter-tenant";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { constraintProblems } from "@/server/platform/http/failures";

constraintProblems({ users_email_unique: EmailTaken });

/** An account that is there, or one to be made. */
type Owner = { userId: string } | { email: string; password: string; name?: string | undefined };

export interface NewTenant {
  name: string;
  owner: Owner;
  plan?: TenantPlan;
  isDemo?: boolean;
  /** Who makes it: the owner by signing up, or a component of the product. */
  through: "sign-up" | "admin" | "bootstrap" | "demo";
  requestId?: string;
  /** Goes on in the same transaction within the new tenant, as a component of the product. */
  also?: (db: TenantDb) => Promise<void>;
}

export interface MadeTenant {
  tenantId: string;
  userId: string;
  slug: string;
}

/** Throws 409 `email-taken` when there is an account with the email. */
export async function createTenant(wanted: NewTenant): Promise<MadeTenant> {
  const prepared = await prepareTenant(wanted);
  return asSystem("account: make a tenant", (sql) => makeTenant(sql, prepared));
}

export interface PreparedTenant {
  wanted: NewTenant;
  passwordHash: string | null;
}

/** Hashes the password, which takes a tenth of a second and so happens outside of any transaction. */
export async function prepareTenant(wanted: NewTenant): Promise<PreparedTenant> {
  const { owner } = wanted;
  return { wanted, passwordHash: "password" in owner ? await hashPassword(owner.password) : null };
}

/** As createTenant, in a transaction of the caller's. */
export async function makeTenant(sql: SystemSql, { wanted, passwordHash }: PreparedTenant): Promise<MadeTenant> {
  const { name, owner, plan = "self_hosted", isDemo = false, through } = wanted;
  const tenantId = uuidv7();
  const userId = "userId" in owner ? owner.userId : await insertUser(sql, { ...owner, passwordHash });
  const made: MadeTenant = { tenantId, userId, slug: slugOf(name, tenantId) };
  const principal = makerOf(made, through);
  await sql`
    insert into tenants (id, name, slug, plan, is_demo)
    values (${tenantId}, ${name}, ${made.slug}, ${plan}, ${isDemo ? 1 : 0})`;
  await sql`insert into tenant_controls (tenant_id, settings) values (${tenantId}, '{}')`;
  await sql`
    insert into memberships (tenant_id, id, user_id, role, created_by)
    values (${tenantId}, ${uuidv7()}, ${userId}, 'owner', ${through})`;
  await enterTenant(sql, principal, async (db) => {
    const tenant = { tenant_id: tenantId, name, slug: made.slug, plan, status: "active" };
    await writeAudit(
      db,
      [
        { action: "tenant.created", entity_type: "tenant", entity_id: tenantId, after: tenant, detail: { through } },
        { action: "member.added", entity_type: "member", entity_id: userId, after: { user_id: userId, role: "owner" } },
      ],
      wanted.requestId === undefined ? {} : { requestId: wanted.requestId },
    );
    await wanted.also?.(db);
  });
  return made;
}

interface NewUser {
  email: string;
  name?: string | undefined;
  passwordHash: string | null;
}

/** Makes an account. Throws 409 `email-taken`. */
export async function insertUser(sql: SystemSql, { email, name, passwordHash }: NewUser): Promise<string> {
  const id = uuidv7();
  const address = email.toLowerCase();
  await sql`
    insert into users (id, name, email) values (${id}, ${name ?? address.split("@")[0] ?? address}, ${address})`;
  await sql`
    insert into accounts (id, account_id, provider_id, user_id, password)
    values (${uuidv7()}, ${id}, 'credential', ${id}, ${passwordHash})`;
  return id;
}

function makerOf({ tenantId, userId }: MadeTenant, through: NewTenant["through"]): Principal {
  if (through !== "sign-up") return systemPrincipal(tenantId, through);
  return { kind: "user", tenantId, userId, sessionId: "", role: "owner", permissions: rolePermissions.owner };
}
