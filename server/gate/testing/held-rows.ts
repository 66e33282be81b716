import postgres from "postgres";
import { testDatabase } from "@/server/platform/db/testing/test-database";

/** Holds a run's row as another process would, until `release`. */
export async function holdRun(runId: string): Promise<{ release(): Promise<void> }> {
  const sql = postgres(testDatabase().superuserUrl, { max: 1, onnotice: () => {} });
  const connection = await sql.reserve();
  await connection`begin`;
  await connection`select 1 from runs where run_id = ${runId} for update`;
  return {
    async release() {
      await connection`rollback`;
      connection.release();
      await sql.end();
    },
  };
}
