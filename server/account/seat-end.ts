import type { TenantDb } from "@/server/platform/db/tenant-db";
import { invalid } from "@/server/platform/http/problem";

/** The end of a seat as a date; undefined where nothing was said. Throws 422 for one that is not in the future. */
export async function seatEnd(db: TenantDb, text: string | null | undefined): Promise<Date | null | undefined> {
  if (text === undefined || text === null) return text;
  const at = new Date(text);
  if (at > (await db.now()) && at.getUTCFullYear() < 10_000) return at;
  throw invalid({ pointer: "#/expires_at", code: "not_in_future", detail: "It must lie in the future" });
}
