// Programs to copy: one run from its start to its end, with the gate's decision minded. Pure; they are run by a test.

export const languages = ["curl", "typescript", "python"] as const;
export type Language = (typeof languages)[number];

export interface Snippet {
  label: string;
  /** As it is saved. */
  file: string;
  /** What runs it. */
  run: string;
  code: string;
}

/** The two variables that every snippet reads. Without a key its place stays open. */
export function environment(address: string, key: string | null): string {
  return `export HOLDPOINT_URL=${shellWord(address)}\nexport HOLDPOINT_API_KEY=${key ?? "hp_live_…"}`;
}

export function snippetOf(language: Language, agent: string): Snippet {
  switch (language) {
    case "curl":
      return { label: "curl", file: "first-run.sh", run: "sh first-run.sh", code: curl(agent) };
    case "typescript":
      return { label: "TypeScript", file: "first-run.mts", run: "npx tsx first-run.mts", code: typescript(agent) };
    case "python":
      return { label: "Python", file: "first_run.py", run: "python3 first_run.py", code: python(agent) };
  }
}

function curl(agent: string): string {
  const start = JSON.stringify({ agent_id: agent, goal: "Try Holdpoint", source: "sdk" });
  return `post() {
  curl -sS --fail-with-body "$HOLDPOINT_URL/api/v1$1" -H "authorization: Bearer $HOLDPOINT_API_KEY" \\
    -H 'content-type: application/json' -d "$2"
}

# 1. Start a run: the policies that hold for it are frozen now.
STARTED=$(post /runs ${shellWord(start)}) || { echo "not started: $STARTED"; exit 1; }
RUN=$(echo "$STARTED" | sed -n 's/.*"run_id":"\\([^"]*\\)".*/\\1/p')
echo "run $RUN started"

# 2. Ask before the step. What it may use is reserved.
ANSWER=$(post "/runs/$RUN/steps" '{"step_index":1,"step_type":"llm_call","skill":"draft-answer",
  "estimate":{"input_tokens":600,"output_tokens":400,"cost_cents":1}}') || { echo "refused: $ANSWER"; exit 1; }
case "$ANSWER" in
  *'"decision":{"action":"block"'*) echo "do not run it: $ANSWER"; exit 3 ;;
esac

# 3. Your step runs here. Then say what it took.
post "/runs/$RUN/steps/1/result" '{"status":"success",
  "usage":{"input_tokens":580,"output_tokens":390,"cost_cents":0.9,"duration_ms":2100}}' > /dev/null || exit 1

# 4. End the run: it is sealed.
post "/runs/$RUN/complete" '{"status":"succeeded"}' > /dev/null || exit 1
echo "run succeeded"
`;
}

/** The same call as in the runner of the README. */
export const typescriptPost = `async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(\`\${url}/api/v1\${path}\`, {
    method: "POST",
    headers: { authorization: \`Bearer \${key}\`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: Answer = await response.json();
  if (!response.ok) throw new Error(\`\${response.status}: \${answer.detail ?? answer.title}\`);
  return answer;
}`;

function typescript(agent: string): string {
  return `import { env, exit } from "node:process";

const url = env.HOLDPOINT_URL ?? "http://localhost:3000";
const key = env.HOLDPOINT_API_KEY ?? "";

interface Answer {
  run_id: string;
  decision: { action: "allow" | "warn" | "block"; enforcement: string; reason: string };
  title?: string;
  detail?: string;
}

${typescriptPost}

// 1. Start a run: the policies that hold for it are frozen now.
const { run_id } = await post("/runs", { agent_id: ${JSON.stringify(agent)}, goal: "Try Holdpoint", source: "sdk" });
console.log(\`run \${run_id} started\`);

// 2. Ask before the step. What it may use is reserved.
const { decision } = await post(\`/runs/\${run_id}/steps\`, {
  step_index: 1,
  step_type: "llm_call",
  skill: "draft-answer",
  estimate: { input_tokens: 600, output_tokens: 400, cost_cents: 1 },
});
if (decision.action === "block") {
  // refuse: ask again later; pause: wait for its release; stop and kill: the run is over.
  console.log(\`do not run it: \${decision.enforcement}, \${decision.reason}\`);
  exit(3);
}

// 3. Your step runs here. Then say what it took.
await post(\`/runs/\${run_id}/steps/1/result\`, {
  status: "success",
  usage: { input_tokens: 580, output_tokens: 390, cost_cents: 0.9, duration_ms: 2100 },
});

// 4. End the run: it is sealed.
await post(\`/runs/\${run_id}/complete\`, { status: "succeeded" });
console.log("run succeeded");
`;
}

const pythonPost = `import json
import os
import sys
import urllib.error
import urllib.request

URL = os.environ.get("HOLDPOINT_URL", "http://localhost:3000")
KEY = os.environ["HOLDPOINT_API_KEY"]


def post(path, body):
    request = urllib.request.Request(
        URL + "/api/v1" + path,
        data=json.dumps(body).encode(),
        headers={"authorization": "Bearer " + KEY, "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        sys.exit(f"{error.code}: {problem.get('detail', problem.get('title'))}")`;

function python(agent: string): string {
  return `${pythonPost}


# 1. Start a run: the policies that hold for it are frozen now.
run_id = post("/runs", {"agent_id": ${JSON.stringify(agent)}, "goal": "Try Holdpoint", "source": "sdk"})["run_id"]
print(f"run {run_id} started")

# 2. Ask before the step. What it may use is reserved.
decision = post(f"/runs/{run_id}/steps", {
    "step_index": 1,
    "step_type": "llm_call",
    "skill": "draft-answer",
    "estimate": {"input_tokens": 600, "output_tokens": 400, "cost_cents": 1},
})["decision"]
if decision["action"] == "block":
    # refuse: ask again later; pause: wait for its release; stop and kill: the run is over.
    print(f"do not run it: {decision['enforcement']}, {decision['reason']}")
    sys.exit(3)

# 3. Your step runs here. Then say what it took.
post(f"/runs/{run_id}/steps/1/result", {
    "status": "success",
    "usage": {"input_tokens": 580, "output_tokens": 390, "cost_cents": 0.9, "duration_ms": 2100},
})

# 4. End the run: it is sealed.
post(f"/runs/{run_id}/complete", {"status": "succeeded"})
print("run succeeded")
`;
}

/** As one word of a shell, whatever stands in it. */
function shellWord(text: string): string {
  return /^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
