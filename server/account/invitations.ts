// Invitations: a link that is shown once, works once and for seven days. The database knows the SHA-256 of its token.

import { createHash, createHmac, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { invitations } from "@/db/schema/tenancy";
import type { Role } from "@/db/vocabulary";
import { AlreadyInvited, AlreadyMember, type Invite, inviteUser, OwnersOnly } from "@/server/account/contract";
import { writeOnce } from "@/server/account/own-transaction";
import { changerOf, memberView } from "@/server/account/queries";
import { isOwnersOnly, sentenceOf } from "@/server/account/rules";
import { seatEnd } from "@/server/account/seat-end";
import { endInvitation, type InvitationRow, lockOpenInvitation } from "@/server/account/store";
import type { IssuedInvitation, OpenInvitation } from "@/server/account/wire";
import { writeAudit } from "@/server/platform/audit/audit";
import { actorKey } from "@/server/platform/auth/principal";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { authSecret } from "@/server/platform/env/secrets";
import { typeBase } from "@/server/platform/http/answer";
import { constraintProblems } from "@/server/platform/http/failures";
import type { OwnContext, Reply } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";

constraintProblems({ invitations_open_email_key: AlreadyInvited, memberships_tenant_user_key: AlreadyMember });

const DAYS = 7;

/** Throws 409 `already-member` or `already-invited`, 403 `owners-only`, 422 for an end that is not in the future. */
export function invite(cx: OwnContext, input: Invite): Promise<Reply<never>> {
  const { tenantId } = cx.principal;
  return writeOnce<boolean, IssuedInvitation>(cx, {
    endpoint: inviteUser,
    input,
    find: (sql) => isMemberByEmail(sql, tenantId, input.email),
    work: async (db, isMember) => {
      if (isMember) throw AlreadyMember.with();
      if (isOwnersOnly(changerOf(cx.principal), { role: input.role }, undefined)) {
        throw OwnersOnly.with({ detail: sentenceOf("owners_only") });
      }
      await endLapsed(db, input.email);
      const nonce = randomBytes(32).toString("base64url");
      const row = await insertInvitation(db, input, nonce);
      await cx.auditIn(db, { entity_type: "invitation", entity_id: row.id, after: invitationImage(row) });
      return { ...memberView(asPerson(row), cx.principal), token: nonce, link: "" };
    },
    // Stored answers hold the nonce, from which the token follows only with the secret outside of the database.
    reveal: (stored) => {
      const token = tokenOfNonce(stored.token);
      return { ...stored, token, link: `${typeBase}/invitations/${token}` };
    },
  });
}

/** Throws 404 when it was accepted or revoked meanwhile, 403 `owners-only` for an owner's. */
export async function revokeInvitation(db: TenantDb, id: string, requestId: string): Promise<void> {
  const row = await lockOpenInvitation(db, { id });
  if (row === null) throw NotFound.with();
  // The column is held to the five roles by a check constraint.
  if (isOwnersOnly(changerOf(db.principal), { role: row.role as Role }, undefined)) {
    throw OwnersOnly.with({ detail: sentenceOf("owners_only") });
  }
  await revoke(db, row, requestId);
}

async function revoke(db: TenantDb, row: InvitationRow, requestId?: string): Promise<void> {
  const ended = await endInvitation(db, row.id, { revokedAt: await db.now(), revokedBy: actorKey(db.principal) });
  if (ended === null) throw NotFound.with();
  const images = { before: invitationImage(row), after: invitationImage(ended) };
  const entry = { action: "member.invitation_revoked", entity_type: "invitation", entity_id: row.id, ...images };
  await writeAudit(db, [entry], requestId === undefined ? {} : { requestId });
}

// An invitation whose seven days are over gives way to the next one for the same address.
async function endLapsed(db: TenantDb, email: string): Promise<void> {
  const row = await lockOpenInvitation(db, { email });
  if (row === null) return;
  if (row.expiresAt > (await db.now())) throw AlreadyInvited.with({ detail: "Revoke the invitation to send another." });
  await revoke(db, row);
}

async function insertInvitation(db: TenantDb, input: Invite, nonce: string): Promise<InvitationRow> {
  const now = await db.now();
  const [row] = await db.insert(invitations, {
    id: uuidv7(),
    email: input.email,
    role: input.role,
    seatExpiresAt: (await seatEnd(db, input.expires_at)) ?? null,
    tokenHash: hashToken(tokenOfNonce(nonce)),
    expiresAt: new Date(now.getTime() + DAYS * 86_400_000),
    createdBy: actorKey(db.principal),
    createdAt: now,
  });
  if (row === undefined) throw new Error("an inserted invitation came back as nothing");
  return row;
}

function tokenOfNonce(nonce: string): string {
  return createHmac("sha256", authSecret()).update(`invitation\0${nonce}`).digest("base64url");
}

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** An invitation as audit entries show it: without its token's hash. */
export function invitationImage(row: InvitationRow) {
  return {
    invitation_id: row.id,
    email: row.email,
    role: row.role,
    seat_expires_at: row.seatExpiresAt?.toISOString() ?? null,
    expires_at: row.expiresAt.toISOString(),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    accepted_at: row.acceptedAt?.toISOString() ?? null,
    accepted_by: row.acceptedBy,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    revoked_by: row.revokedBy,
  };
}

function asPerson(row: InvitationRow) {
  return {
    id: row.id,
    kind: "invitation" as const,
    name: null,
    email: row.email,
    role: row.role as Role,
    status: "invited" as const,
    expires_at: row.seatExpiresAt,
    invitation_expires_at: row.expiresAt,
    two_factor: null,
    last_seen_at: null,
    created_at: row.createdAt,
    created_by: row.createdBy,
  };
}

async function isMemberByEmail(sql: SystemSql, tenantId: string, email: string): Promise<boolean> {
  const [row] = await sql<{ is_member: boolean }[]>`
    select exists (select from memberships m join users u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and u.email = ${email}) as is_member`;
  return row?.is_member === true;
}

export interface FoundInvitation {
  id: string;
  tenant_id: string;
  tenant_name: string;
  invited_by: string | null;
  email: string;
  role: Role;
  expires_at: Date;
  seat_expires_at: Date | null;
  /** The account with the invitation's email, where there is one. */
  user_id: string | null;
  password_hash: string | null;
  two_factor: boolean;
}

/** The open invitation of that token, of a tenant that is in use; null for any other. */
export async function findInvitation(token: string): Promise<FoundInvitation | null> {
  const [row] = await asSystem(
    "account: find the invitation",
    (sql) => sql<FoundInvitation[]>`
      select i.id, i.tenant_id, t.name as tenant_name, inviter.name as invited_by, i.email, i.role, i.expires_at,
        i.seat_expires_at, u.id as user_id, a.password as password_hash, coalesce(u.two_factor_enabled, false) as two_factor
      from invitations i join tenants t on t.id = i.tenant_id and t.status = 'active'
      left join users inviter on inviter.id = substring(i.created_by from '^user:(.+)$')::uuid
      left join memberships seat on seat.tenant_id = i.tenant_id and seat.user_id = inviter.id and seat.status = 'active'
        and (seat.expires_at is null or seat.expires_at > clock_timestamp())
      left join users u on u.email = i.email
      left join accounts a on a.user_id = u.id and a.provider_id = 'credential'
      where i.token_hash = ${hashToken(token)} and i.accepted_at is null and i.revoked_at is null
        and i.expires_at > clock_timestamp()
        and (seat.role = 'owner' or (seat.role = 'admin' and i.role <> 'owner'))`,
  );
  return row ?? null;
}

/** What the page of an invitation tells whoever holds its link; null for a link that opens nothing (any more). */
export async function findOpenInvitation(token: string): Promise<OpenInvitation | null> {
  const found = await findInvitation(token);
  if (found === null) return null;
  const { tenant_name, invited_by, email, role, expires_at, seat_expires_at, user_id } = found;
  return {
    ...{ tenant_name, invited_by, email, role },
    expires_at: expires_at.toISOString(),
    seat_expires_at: seat_expires_at?.toISOString() ?? null,
    has_account: user_id !== null,
  };
}
