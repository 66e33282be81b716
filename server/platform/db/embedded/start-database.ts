import { startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { waitForServer } from "@/server/platform/db/embedded/wait-for-server";
import { env } from "@/server/platform/env/env";

export type RunningDatabase = {
  url: string;
  migrationUrl: string;
  mode: "embedded" | "external";
  stop(): Promise<void>;
};

/**
 * The database this process works on: the server of DATABASE_URL, waited for until it answers, or the embedded one.
 * Throws when the server is too old or refuses the login, and as startEmbeddedDatabase does.
 */
export async function startDatabase(): Promise<RunningDatabase> {
  if (env.DATABASE_URL === undefined) {
    const { url, migrationUrl, stop } = await startEmbeddedDatabase(env.HOLDPOINT_DATA_DIR);
    return { url, migrationUrl, mode: "embedded", stop };
  }
  const migrationUrl = env.DATABASE_MIGRATION_URL ?? env.DATABASE_URL;
  await waitForServer(env.DATABASE_URL);
  return { url: env.DATABASE_URL, migrationUrl, mode: "external", stop: async () => {} };
}
