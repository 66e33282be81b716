import { z } from "zod";
import { problem } from "@/server/platform/http/problem";

// What the sign-in addresses below /api/auth take. They are no operations of the API: they make and end sessions.

// Control characters would forge lines in logs and documents.
const Name = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^\P{Cc}+$/u, "It has control characters");
const Email = z.email().max(254).toLowerCase();
const NewPassword = z.string().min(12, "It needs at least 12 characters").max(128);
const Password = z.string().min(1).max(128);

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
export const LastOwner = problem("last-owner", 409, "The last owner cannot go");
