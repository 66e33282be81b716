import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { log } from "@/server/platform/log/log";

const OLDEST_SERVER = 150_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

// Names of conditions that pass by themselves: no route or listener yet, starting up or shutting down, no free slot.
const passing =
  /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|CONNECT|CONNECTION_|57P0|53300|08)/;

/** Waits, with growing pauses and a log line each, until the server answers. Throws what waiting does not mend. */
export async function waitForServer(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const place = `${hostname}:${port || 5432}`;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const refusal = await askVersion(url, place);
    if (refusal === null) return;
    log.warn(`PostgreSQL at ${place} does not answer (${refusal}); trying again in ${pauseMs} ms`);
    await sleep(pauseMs);
  }
}

/** Null when the server answered and is new enough; else why it has not answered yet. */
async function askVersion(url: string, place: string): Promise<string | null> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    const [row] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
    const version = row?.version ?? 0;
    if (version >= OLDEST_SERVER) return null;
    throw new Error(`PostgreSQL at ${place} is version ${Math.floor(version / 10_000)}; Holdpoint needs 15 or newer.`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (passing.test(code)) return code;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
