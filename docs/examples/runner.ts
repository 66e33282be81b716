// A runner in one file, without dependencies: start a run, ask before each step, say what it took, end the run.
//   HOLDPOINT_URL=http://localhost:3000 HOLDPOINT_API_KEY=hp_live_… node runner.ts

const url = process.env.HOLDPOINT_URL ?? "http://localhost:3000";
const key = process.env.HOLDPOINT_API_KEY ?? "";

interface Answer {
  run_id: string;
  decision: { action: "allow" | "warn" | "block"; enforcement: string; reason: string };
  run: { status: string; tokens_used: number };
  incident_id: string | null;
  title?: string;
  detail?: string;
}

async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: Answer = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${answer.detail ?? answer.title}`);
  return answer;
}

/** Your agent's work goes here; each entry is one step and says what it took. */
const steps = [
  { skill: "read-mail", asks: 300, work: async () => ({ input_tokens: 280, output_tokens: 0 }) },
  { skill: "draft-answer", asks: 1_200, work: async () => ({ input_tokens: 600, output_tokens: 450 }) },
];

const { run_id } = await post("/runs", { agent_id: "mail-bot", goal: "Answer the mail", source: "sdk" });
console.log(`run ${run_id} started`);

for (const [at, { skill, asks, work }] of steps.entries()) {
  const step = { step_index: at + 1, step_type: "tool_call", skill };
  const { decision, incident_id } = await post(`/runs/${run_id}/steps`, {
    ...step,
    estimate: { input_tokens: asks, output_tokens: 0, cost_cents: 0 },
  });
  if (decision.action === "block") {
    console.log(`step ${at + 1} ${decision.enforcement}: ${decision.reason}; incident ${incident_id ?? "none"}`);
    process.exit(3);
  }
  const began = Date.now();
  const took = await work();
  const usage = { ...took, cost_cents: 0, duration_ms: Date.now() - began };
  const { run } = await post(`/runs/${run_id}/steps/${at + 1}/result`, { status: "success", usage });
  console.log(`step ${at + 1} ${decision.action}: ${run.tokens_used} tokens so far`);
}

await post(`/runs/${run_id}/complete`, { status: "succeeded" });
console.log("run succeeded");
