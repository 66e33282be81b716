// What the account's operations and the addresses below /api/auth show and take, field by field.

import { z } from "zod";
import { roles, seatStatuses, tenantPlans, tenantStatuses } from "@/db/vocabulary";
import { Instant, Uuid } from "@/server/platform/http/contract";

// Control characters would forge lines in logs and documents.
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^\P{Cc}+$/u, "It has control characters");
export const Email = z.email().max(254).toLowerCase();
export const NewPassword = z.string().min(12, "It needs at least 12 characters").max(128);
export const Password = z.string().min(1).max(128);
/** Six digits of an authenticator, or a backup code `xxxxx-xxxxx`. */
export const SecondFactorCode = z
  .string()
  .trim()
  .regex(/^(?:\d{6}|[A-Za-z0-9]{5}-[A-Za-z0-9]{5})$/, "Six digits, or a backup code");

export const RoleName = z.enum(roles);
/** `invited`: an invitation that waits. `expired`: the seat's end, or the invitation's, has passed. Neither is stored. */
export const memberStates = [...seatStatuses, "invited", "expired"] as const;

export const Account = z
  .object({
    tenant_id: Uuid,
    name: z.string(),
    slug: z.string(),
    plan: z.enum(tenantPlans),
    status: z.enum(tenantStatuses),
    is_demo: z.boolean(),
    created_at: Instant,
    members: z.object({
      /** Seats that let somebody in now, by role. */
      by_role: z.record(RoleName, z.int()),
      active: z.int(),
      suspended: z.int(),
      /** Time-boxed seats whose end has passed. */
      expired: z.int(),
      /** Invitations that wait to be accepted. */
      invited: z.int(),
    }),
    /** API keys that work now; null for those who may not read keys. */
    active_api_keys: z.int().nullable(),
    /** Agents that ever started a run. */
    agents: z.int(),
  })
  .meta({ id: "Account" });
export type Account = z.output<typeof Account>;

/** A seat, or an invitation to one; `user_id` is then the invitation's id. */
export const Member = z
  .object({
    user_id: Uuid,
    kind: z.enum(["member", "invitation"]),
    /** null for an invitation. */
    name: z.string().nullable(),
    email: z.string(),
    role: RoleName,
    status: z.enum(memberStates),
    /** When the seat ends by itself; null: it does not. */
    expires_at: Instant.nullable(),
    /** Until when the invitation can be accepted; null for a seat. */
    invitation_expires_at: Instant.nullable(),
    /** Whether sign-in asks for a code; null for an invitation. */
    two_factor: z.boolean().nullable(),
    /** The latest use of a session that lives in this tenant; null without one. */
    last_seen_at: Instant.nullable(),
    created_at: Instant,
    /** `user:<id>` of who invited, or the component that made the seat. */
    created_by: z.string().nullable(),
    /** That is you. */
    is_self: z.boolean(),
  })
  .meta({ id: "Member" });
export type Member = z.output<typeof Member>;

/** With the link, which is shown this once. */
export const IssuedInvitation = Member.extend({
  /** What stands behind `/invitations/`. */
  token: z.string(),
  /** The page where it is accepted, absolute by `PUBLIC_URL`. */
  link: z.string(),
}).meta({ id: "IssuedInvitation" });
export type IssuedInvitation = z.output<typeof IssuedInvitation>;

export const SeatRole = z
  .object({
    user_id: Uuid,
    role: RoleName,
    permissions: z.array(z.string()),
    /** Every role and what it may. */
    roles: z.array(z.object({ role: RoleName, permissions: z.array(z.string()) })),
  })
  .meta({ id: "SeatRole" });
export type SeatRole = z.output<typeof SeatRole>;

export const SessionUser = z.object({ user_id: Uuid, email: z.string(), name: z.string() });

/** What a session lets its holder do. */
export const SessionView = z
  .object({
    session_id: Uuid,
    user: SessionUser,
    tenant_id: Uuid,
    role: RoleName,
    permissions: z.array(z.string()),
    /** Whether signing in to this account asks for a code. */
    two_factor: z.boolean(),
  })
  .meta({ id: "SessionView" });
export type SessionView = z.output<typeof SessionView>;

/** A seat of whoever is signed in. */
export const OwnSeat = z.object({
  tenant_id: Uuid,
  name: z.string(),
  slug: z.string(),
  status: z.enum(tenantStatuses),
  role: RoleName,
  expires_at: Instant.nullable(),
  /** The session acts in this one. */
  current: z.boolean(),
});
export type OwnSeat = z.output<typeof OwnSeat>;

/** What the page of an invitation may tell whoever holds its link. */
export const OpenInvitation = z.object({
  tenant_name: z.string(),
  /** null when they have no account any more. */
  invited_by: z.string().nullable(),
  email: z.string(),
  role: RoleName,
  expires_at: Instant,
  /** When the seat will end by itself. */
  seat_expires_at: Instant.nullable(),
  /** Then its password or its session accepts; else a name and a new password do. */
  has_account: z.boolean(),
});
export type OpenInvitation = z.output<typeof OpenInvitation>;
