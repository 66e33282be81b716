// The tenant's name and what its gate goes by: replaced whole, under the lock of every edit of policies, because starts read
// them together. A run keeps the settings it started under.

import { sql } from "drizzle-orm";
import { tenantControls } from "@/db/schema/tenancy";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Context } from "@/server/platform/http/handle";
import { StaleVersion } from "@/server/platform/http/problem";
import { editPolicies } from "@/server/policies/epoch";
import { GateSettings } from "@/server/policies/settings";
import type { AccountSettings, AccountSettingsBody } from "@/server/policies/wire";

const CHANGED = "settings.changed";

interface SettingsRow {
  name: string;
  settings: unknown;
  version: number;
  updated_at: Date;
}

export async function showSettings({ db }: Pick<Context, "db">): Promise<AccountSettings> {
  // The control row changes with every edit of policies; when its settings did is in the audit log.
  const [row] = await db.sql<SettingsRow>`
    select t.name, c.settings, c.settings_version as version, coalesce((
      select max(a.recorded_at) from audit_logs a
      where ${db.mine("a")} and a.action = ${CHANGED}), t.created_at) as updated_at
    from tenant_controls c join tenants t on t.id = c.tenant_id where ${db.mine("c")}`;
  if (row === undefined) throw new Error("the tenant has no control row");
  const { name, version, updated_at } = row;
  return { name, ...GateSettings.parse(row.settings), version, updated_at: updated_at.toISOString() };
}

/** @throws StaleVersion */
export async function changeSettings(cx: Context, body: AccountSettingsBody): Promise<AccountSettings> {
  const { db } = cx;
  const { version, name, ...settings } = body;
  return editPolicies(db, async () => {
    const before = await showSettings(cx);
    if (version !== before.version) throw StaleVersion.with({ current_version: before.version });
    await db.update(tenantControls, { settings, settingsVersion: version + 1 }, sql`true`);
    if (name !== before.name) await writeName(db, name);
    const after = { ...body, version: version + 1 };
    await cx.audit({ entity_type: "settings", entity_id: db.tenantId, before: imageOf(before), after });
    return showSettings(cx);
  });
}

function imageOf({ updated_at: _at, ...settings }: AccountSettings): AccountSettingsBody {
  return settings;
}

async function writeName(db: TenantDb, name: string): Promise<void> {
  await db.sql`
    update tenants t set name = ${name} from tenant_controls c where c.tenant_id = t.id and ${db.mine("c")}`;
}
