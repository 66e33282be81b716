import { z } from "zod";
import { seatStatuses } from "@/db/vocabulary";
import {
  Account,
  Email,
  IssuedInvitation,
  Member,
  memberStates,
  Name,
  NewPassword,
  Password,
  RoleName,
  SeatRole,
  SecondFactorCode,
  SessionView,
} from "@/server/account/wire";
import { detailOf, endpoint, listEndpoint, Uuid } from "@/server/platform/http/contract";
import { problem } from "@/server/platform/http/problem";

// --- What the addresses below /api/auth take. They are no operations of the API: they make and end sessions. --------

export const SignUp = z.strictObject({
  tenant_name: Name,
  email: Email,
  password: NewPassword,
  /** Absent: what stands before the @. */
  name: Name.optional(),
});
export type SignUp = z.output<typeof SignUp>;

export const SignIn = z.strictObject({
  email: Email,
  password: Password,
  /** false: the cookie goes when the browser closes. */
  remember_me: z.boolean().default(true),
});
export type SignIn = z.output<typeof SignIn>;

export const ChangePassword = z.strictObject({ current_password: Password, new_password: NewPassword });
export type ChangePassword = z.output<typeof ChangePassword>;

export const RevokeSession = z.strictObject({ session_id: z.guid().toLowerCase() });
export type RevokeSession = z.output<typeof RevokeSession>;

export const SwitchTenant = z.strictObject({ tenant_id: z.guid().toLowerCase() });
export type SwitchTenant = z.output<typeof SwitchTenant>;

/** Of `two-factor/enable` and `two-factor/disable`. */
export const TwoFactorPassword = z.strictObject({ password: Password });
export type TwoFactorPassword = z.output<typeof TwoFactorPassword>;

/**
 * Of `two-factor/confirm`, with the first code of the authenticator, and of `two-factor/verify`, after a sign-in that was
 * answered with `second-factor-required`.
 */
export const TwoFactorCode = z.strictObject({ code: SecondFactorCode });
export type TwoFactorCode = z.output<typeof TwoFactorCode>;

/** What operators give by command or environment: they may use shorter passwords than people who sign up. */
export const OperatorTenant = z.strictObject({
  name: Name,
  email: Email,
  password: z.string().min(8, "It needs at least 8 characters").max(128),
});
export type OperatorTenant = z.output<typeof OperatorTenant>;

export const EmailTaken = problem("email-taken", 409, "There is an account with this email");
export const InvalidCredentials = problem("invalid-credentials", 401, "The email or the password is wrong");
export const WrongPassword = problem("wrong-password", 403, "The current password is wrong");
export const NoSeat = problem("no-seat", 403, "You have no seat in any tenant");
export const SecondFactorRequired = problem("second-factor-required", 401, "Signing in needs a code as well");
export const SecondFactorExpired = problem("second-factor-expired", 401, "The sign-in took too long");
export const WrongCode = problem("wrong-code", 403, "The code is wrong");
export const TwoFactorOn = problem("two-factor-on", 409, "The second factor is on already");
export const TwoFactorOff = problem("two-factor-off", 409, "The second factor is not on");

// --- The account's operations -----------------------------------------------------------------------------------------

export const LastOwner = problem("last-owner", 409, "The last owner cannot go");
export const OwnersOnly = problem("owners-only", 403, "Only an owner may do this to an owner");
export const OwnSeatFixed = problem("own-seat", 403, "You cannot change your own seat so");
export const AlreadyMember = problem("already-member", 409, "They are a member already");
export const AlreadyInvited = problem("already-invited", 409, "They are invited already");
export const InvitationOpen = problem("invitation-open", 409, "The invitation waits to be accepted");

const ofUser = z.object({ user_id: Uuid });
const users = "/api/v1/accounts/users";
const SeatEnd = z.iso.datetime({ offset: true });

export const getAccount = endpoint({
  id: "account.get",
  method: "GET",
  path: "/api/v1/accounts",
  summary: "The tenant, who is in it and what it has",
  permission: "account:read",
  returns: detailOf(Account),
});

export const listUsers = listEndpoint({
  id: "account.users.list",
  path: users,
  summary: "Members and the invitations that nobody accepted yet",
  permission: "members:read",
  item: Member,
  filters: { status: z.enum(memberStates), role: RoleName, q: z.string().trim().min(1).max(254) },
  sort: ["created_at", "name", "email", "role"],
  defaultSort: "created_at",
  transaction: "own",
});

export const Invite = z.strictObject({
  email: Email,
  role: RoleName,
  /** When the seat ends by itself, for instance an auditor's; null: it does not. */
  expires_at: SeatEnd.nullable().default(null),
});
export type Invite = z.output<typeof Invite>;

export const inviteUser = endpoint({
  id: "account.users.invite",
  method: "POST",
  path: users,
  summary: "Invites somebody; the answer shows the link this once, for seven days and one use",
  permission: "members:manage",
  audit: "member.invited",
  body: Invite,
  returns: IssuedInvitation,
  status: 201,
  problems: [AlreadyMember, AlreadyInvited, OwnersOnly],
  transaction: "own",
});

export const getUser = endpoint({
  id: "account.users.get",
  method: "GET",
  path: `${users}/{user_id}`,
  summary: "One member or invitation, and what may be done with it",
  permission: "members:read",
  params: ofUser,
  returns: detailOf(Member),
  transaction: "own",
});

/** What is left out stays as it is. */
export const ChangeUser = z
  .strictObject({
    role: RoleName.optional(),
    status: z.enum(seatStatuses).optional(),
    /** When the seat ends by itself; null: it does not. */
    expires_at: SeatEnd.nullable().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "Say what to change");
export type ChangeUser = z.output<typeof ChangeUser>;

const seatProblems = [LastOwner, OwnersOnly, OwnSeatFixed, InvitationOpen];

export const changeUser = endpoint({
  id: "account.users.change",
  method: "PUT",
  path: `${users}/{user_id}`,
  summary: "Changes a seat's role, end, or whether it is suspended; from its next request on",
  permission: "members:manage",
  audit: { none: "one entry for each thing that changed: member.role_changed, .suspended, .activated, .end_changed" },
  params: ofUser,
  body: ChangeUser,
  returns: Member,
  problems: seatProblems,
  transaction: "own",
});

export const removeUser = endpoint({
  id: "account.users.remove",
  method: "DELETE",
  path: `${users}/{user_id}`,
  summary: "Takes a seat and ends its sessions, or revokes an invitation",
  permission: "members:manage",
  audit: "member.removed",
  params: ofUser,
  returns: z.object({ user_id: Uuid, removed: z.literal(true) }),
  problems: [LastOwner, OwnersOnly],
  transaction: "own",
});

export const getRoles = endpoint({
  id: "account.users.roles.get",
  method: "GET",
  path: `${users}/{user_id}/roles`,
  summary: "A member's role, what it may, and the other roles",
  permission: "members:read",
  params: ofUser,
  returns: SeatRole,
});

export const ReplaceRole = z.strictObject({ role: RoleName });
export type ReplaceRole = z.output<typeof ReplaceRole>;

export const replaceRoles = endpoint({
  id: "account.users.roles.replace",
  method: "PUT",
  path: `${users}/{user_id}/roles`,
  summary: "Gives a member another role; from their next request on",
  permission: "account:own",
  audit: "member.role_changed",
  params: ofUser,
  body: ReplaceRole,
  returns: SeatRole,
  problems: seatProblems,
});

/** `name` and a new password for somebody new, the password for an account; nothing when its session comes along. */
export const AcceptInvitation = z.strictObject({ name: Name.optional(), password: Password.optional() });
export type AcceptInvitation = z.output<typeof AcceptInvitation>;

export const acceptInvitation = endpoint({
  id: "account.invitations.accept",
  method: "POST",
  path: "/api/v1/invitations/{token}/accept",
  summary: "Accepts an invitation, once, and signs in",
  permission: "none",
  audit: "member.added",
  params: z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
  body: AcceptInvitation,
  returns: SessionView,
  problems: [InvalidCredentials, SecondFactorRequired, AlreadyMember],
});
