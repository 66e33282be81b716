import { hashPassword } from "better-auth/crypto";
import { tenantsOfUser } from "@/server/account/sessions";
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
    return changed.user_id;
  });
  if (userId === null) return null;
  for (const tenantId of await tenantsOfUser(userId)) {
    const deed = { action: "user.password_reset", entity_type: "user", entity_id: userId };
    await asTenant(systemPrincipal(tenantId, "admin"), (db) => writeAudit(db, [deed]));
  }
  return userId;
}
