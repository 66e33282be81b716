// The measured process: the product's own listener and gate, and beside them, behind the same listener and the same
// parser, the floors: what a hand-written handler would do.

import postgres from "postgres";
import { answerUsage } from "@/bench/answer-usage";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { env } from "@/server/platform/env/env";
import { readBody } from "@/server/platform/http/body";
import { readIJson } from "@/server/platform/http/i-json";
import { createListener, listen } from "@/server/platform/http/listener";

/** As many connections as the gate's pool has. */
const FLOOR_CONNECTIONS = 12;

type Step = { step_id: string; step_type: string; usage: { input_tokens: number; output_tokens: number } };

export async function serve(): Promise<void> {
  if (env.DATABASE_URL === undefined) throw new Error("the bench gives DATABASE_URL");
  const sql = postgres(env.DATABASE_URL, { max: FLOOR_CONNECTIONS, onnotice: () => {} });
  const server = createListener({
    answersItself: (path) => path.startsWith("/floor/") || isGatePath(path),
    answer: (request) => (request.url.includes("/floor/") ? floor(sql, request) : gateFetch(request)),
    rest: async (_request, response) => void response.writeHead(404).end(),
  });
  answerUsage(await listen(server, "127.0.0.1", 0));
}

/** `/floor/insert/<run>` and `/floor/update/<run>`: one autocommitted statement each; `/floor/alone/<run>`: none. */
async function floor(sql: postgres.Sql, request: Request): Promise<Response> {
  const [kind = "", runId = ""] = request.url.split("/").slice(-2);
  const text = Buffer.from(await readBody(request));
  const step = readIJson(text) as Step;
  const tokens = step.usage.input_tokens + step.usage.output_tokens;
  if (kind === "insert") await insert(sql, { runId, step, tokens, text: text.toString() });
  if (kind === "update") await update(sql, { runId, step, tokens, text: text.toString() });
  return new Response(JSON.stringify({ run_id: runId, step_id: step.step_id, action: "allow" }), {
    headers: { "Content-Type": "application/json" },
  });
}

type Write = { runId: string; step: Step; tokens: number; text: string };

async function insert(sql: postgres.Sql, { runId, step, tokens, text }: Write): Promise<void> {
  await sql`
    insert into bench.steps (run_id, step_id, step_type, tokens, body)
    values (${runId}, ${step.step_id}, ${step.step_type}, ${tokens}, ${text})`;
}

async function update(sql: postgres.Sql, { runId, step, tokens, text }: Write): Promise<void> {
  await sql`
    with taken as (
      update bench.runs set tokens = tokens + ${tokens}, steps = steps + 1
      where run_id = ${runId} and tokens + ${tokens} <= most returning run_id)
    insert into bench.steps (run_id, step_id, step_type, tokens, body)
    select run_id, ${step.step_id}, ${step.step_type}, ${tokens}, ${text} from taken`;
}
