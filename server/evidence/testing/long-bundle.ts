// A bundle in JSON Lines of any length, made a line at a time: a run of reports that ends well.
import type { CostSource } from "@/db/vocabulary";
import { BUNDLE_FORMAT, BundleHasher, type BundleHeader } from "../bundle-file";
import { recordHash } from "../chain";
import { recordBytes } from "../record";
import { sealHash, sealOf } from "../seal";
import { contentOf, entriesOf, genesisOf } from "./example-bundle";
import { ExampleLog, FIRST_KEY, written } from "./example-log";
import { RUN, RunWriter, TENANT, TRACE } from "./run-writer";

const USAGE = { input_tokens: 100, output_tokens: 200, duration_ms: 900, cost_units: 1650 };
const HASH = written(Buffer.alloc(32, 0xab));

/** The file's lines, each with its line feed; `count` records, the end included. */
export async function* longBundle(count: number): AsyncGenerator<string> {
  const { rows } = new RunWriter();
  const { snapshot, run } = rows;
  const used = count - 1;
  const header: BundleHeader = {
    bundle: {
      ...{ bundle_id: "EVD-0000000000ff", bundle_type: "evidence", tenant_id: TENANT, run_id: RUN, trace_id: TRACE },
      ...{
        steps: [],
        total_steps: used,
        total_tokens: used * 300,
        total_cost_cents: (used * USAGE.cost_units) / 10_000,
      },
    },
    ...{ incident_timeline: [], salts: {}, snapshot: contentOf(rows, {}).snapshot },
  };
  yield `${JSON.stringify(header)}\n`;
  const hasher = new BundleHasher(header);
  let root: Uint8Array = rows.trace.genesisHash;
  for (let seq = 1; seq <= count; seq += 1) {
    const canonical = recordBytes({ ...recordAt(seq, count), recordedAt: new Date(run.startedAt.getTime() + seq) });
    root = recordHash(root, canonical);
    hasher.addRecord(canonical);
    yield `${canonical.toString("utf8")}\n`;
  }
  const endedAt = new Date(run.startedAt.getTime() + count);
  const seal = sealOf({
    ...{ tenantId: TENANT, runId: RUN, traceId: TRACE, snapshotHash: snapshot?.contentHash ?? null, root, count },
    totals: {
      ...{ input_tokens: used * USAGE.input_tokens, output_tokens: used * USAGE.output_tokens },
      ...{ cost_units: used * USAGE.cost_units, steps: used },
    },
    ...{ status: "succeeded", terminationReason: "completed", stoppedAtStep: null, violation: null },
    ...{ startedAt: run.startedAt, endedAt, openAdmissions: [] },
  });
  const log = new ExampleLog();
  log.appendKey(FIRST_KEY);
  if (snapshot) log.append("snapshot", snapshot.id, written(snapshot.contentHash), run.startedAt.toISOString());
  log.append("seal", RUN, written(sealHash({ ...seal })), endedAt.toISOString());
  const first = { size: log.size, note: log.checkpoint("2026-01-22T09:59:00.000Z", [FIRST_KEY]) };
  const bundle_hash = written(hasher.digest());
  log.append("bundle", "EVD-0000000000ff", bundle_hash, "2026-01-22T10:00:00.000Z");
  const proof = {
    ...{ format: BUNDLE_FORMAT, bundle_hash, genesis: genesisOf(rows), chain_root: written(root), seal },
    ...{ entries: await entriesOf(log), checkpoint: log.checkpoint("2026-01-22T10:00:01.000Z", [FIRST_KEY]) },
    first_checkpoint_covering_seal: { checkpoint: first.note, consistency: await log.consistency(first.size) },
    key_history: [FIRST_KEY.entry],
  };
  yield `${JSON.stringify({ proof })}\n`;
}

function recordAt(seq: number, count: number) {
  const ids = { tenantId: TENANT, runId: RUN, seq, stepId: null };
  if (seq === count) {
    const end = { cause: "complete", status: "succeeded", termination_reason: "completed" };
    return { ...ids, kind: "end", stepIndex: null, stepType: null, body: { end } };
  }
  const cost_source: CostSource = "reported";
  const body = {
    ...{ step: { model: "claude-sonnet-4", skill: "draft-mail", status: "success" }, usage: { ...USAGE, cost_source } },
    decision: { action: "allow", enforcement: "none", matched: [], threshold_value: "10000" },
    inputs: { counters: [{ reserved: 0, used: 5000 }], now: "2026-01-22T09:30:01.250Z" },
    ...{ request_hash: HASH, answer_hash: HASH },
  };
  return { ...ids, kind: "report", stepIndex: seq, stepType: "llm_call", body };
}
