import { hashPassword } from "better-auth/crypto";
import { forgetChallenges, tenantsOfUser } from "@/server/account/sessions";
import { writeAudit } from "@/server/platform/audit/audit";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asSystem } from "@/server/platform/db/system-db";
import { asTenant } from "@/server/platform/db/tenant-db";

/** An operator's way back in: sets the password and ends every session. Gives the user's id, null for an unknown email. */
export async function resetPassword(email: string, password: string): Promise<string | null> {
  const hash = await hashPassword(password);
  const userId = await asSystem("auth: the auth library's own tables", async (sql) => {
    const [changed] = await sql<{ user_id: string }[]>`
      update accounts a set password = ${hash}, updated_at = clock_timestamp() from users u
      where u.id = a.user_id and u.email = ${email.toLowerCase()} and a.provider_id = 'credential'
      returning a.user_id`;
    if (changed === undefined) return null;
    await sql`delete from sessions where user_id = ${changed.user_id}`;
    await forgetChallenges(sql, changed.user_id);
    return changed.user_id;
  });
  if (userId !== null) await tell(userId, "user.password_reset");
  return userId;
}

/** For who lost authenticator and backup codes: the password alone signs in again. Ends every session; as resetPassword. */
export async function resetSecondFactor(email: string): Promise<string | null> {
  const userId = await asSystem("auth: the auth library's own tables", async (sql) => {
    const [changed] = await sql<{ id: string }[]>`
      update users set two_factor_enabled = false, updated_at = clock_timestamp() where email = ${email.toLowerCase()}
      returning id`;
    if (changed === undefined) return null;
    await sql`delete from two_factors where user_id = ${changed.id}`;
    await sql`delete from sessions where user_id = ${changed.id}`;
    await forgetChallenges(sql, changed.id);
    return changed.id;
  });
  if (userId !== null) await tell(userId, "user.two_factor_reset");
  return userId;
}

async function tell(userId: string, action: string): Promise<void> {
  for (const tenantId of await tenantsOfUser(userId)) {
    const deed = { action, entity_type: "user", entity_id: userId };
    await asTenant(systemPrincipal(tenantId, "admin"), (db) => writeAudit(db, [deed]));
  }
}
