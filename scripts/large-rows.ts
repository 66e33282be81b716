// Statements that make many rows at once. `$1` is the tenant, `$2` and `$3` the first and last number of a chunk. A run's
// number decides everything about it, so that the tenant is the same whenever it is made. The rows stand by every
// constraint, and prove nothing: their hashes are of no bytes.

/** A UUID of version 7 with the time of `at`, the same for the same `salt` and number. */
function idOf(at: string, salt: string): string {
  return `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' || substr(md5('${salt}' || g), 1, 3)
    || '8' || substr(md5('${salt}' || g), 4, 15))::uuid`;
}

/** Runs that are live, the newest ones. */
export const LIVE_RUNS = 300;

/** `$4`: the first start, `$5`: how many runs there are in all, `$6`: rules, `$7`: now. One run is very long. */
const planned = `
  numbers as (select g, abs(hashint4(g)) as h from generate_series($2::int, $3::int) g),
  kinds as (
    select g, h, case when g = 1 then 2000 else 1 + (h / 7) % 39 end as steps,
      $4::timestamptz + (g::float8 / $5::float8) * ($7::timestamptz - $4::timestamptz) as started_at,
      case when g > $5::int - ${LIVE_RUNS} then case h % 10 when 0 then 'queued' when 1 then 'paused' else 'running' end
        when h % 100 < 83 then 'succeeded' when h % 100 < 91 then 'failed' when h % 100 < 97 then 'failed_policy'
        else 'cancelled' end as status
    from numbers),
  planned as (
    select *, status in ('running', 'queued', 'paused') as is_live,
      least(started_at + (1000 + h % 600000) * interval '1 millisecond', $7::timestamptz - interval '1 second') as ended_at,
      status = 'failed_policy' or (status = 'failed' and h % 2 = 0) as has_incident,
      ($6::uuid[])[1 + h % array_length($6::uuid[], 1)] as rule_id
    from kinds),
  timed as (select *, greatest(ended_at, started_at) as last_at from planned),
  plan as (
    select *, ${idOf("started_at", "run")} as run_id, ${idOf("started_at", "trace")} as trace_id,
      case when has_incident then ${idOf("last_at", "incident")} end as incident_id
    from timed)`;

export const runsText = `
  with ${planned}
  insert into runs (tenant_id, run_id, trace_id, agent_id, agent_verified, goal, actor_type, actor_id, provider, model, project,
    source, tags, synthetic, started_by, status, termination_reason, stopped_at_step, started_at, last_seen_at, last_at,
    completed_at, seq, last_step_index, head_hash, steps_completed, input_tokens, output_tokens, cost_units, memory,
    violation_policy_id, violation, incident_id, error_code, error_message, request_hash, answer_status, answer,
    end_request_hash, end_answer)
  select t.tenant_id, run_id, trace_id, 'agent-' || lpad((h % 50)::text, 2, '0'), true, 'Reconcile invoice ' || g, 'human',
    'user-' || h % 200, (array['anthropic', 'openai', 'google'])[1 + h % 3], (array['claude', 'gpt', 'gemini'])[1 + h % 3] || '-' || h % 4,
    'project-' || h % 8, (array['sdk', 'api', 'agent'])[1 + h % 3], '{"env": "prod"}', h % 33 = 0, 'key:' || h % 20, status,
    case status when 'succeeded' then 'completed' when 'failed' then 'system_failure' when 'failed_policy' then 'policy_block'
      when 'cancelled' then 'user_abort' end,
    case when status = 'failed_policy' then steps end, started_at, last_at, last_at, case when not is_live then last_at end,
    steps, steps, sha256('h'), steps, steps * (200 + h % 900), steps * (50 + h % 300), steps * (1000 + h % 40000),
    '{"signals": {}, "repeats": [], "holds": [], "marks": {"run_start": true}}',
    case when status = 'failed_policy' then rule_id end,
    case when status = 'failed_policy' then jsonb_build_object('step_index', steps, 'timestamp', last_at, 'reason',
      'run.tokens 15000 is over the limit of 10000', 'source', 'rule', 'violation_type', 'token_limit', 'severity', 'high',
      'policy_id', rule_id, 'policy_name', 'Rule', 'metric', 'run.tokens', 'threshold_value', '10000', 'actual_value', '15000') end,
    incident_id, case when status = 'failed' then 'SKILL_ERROR' end, case when status = 'failed' then 'The tool did not answer' end,
    sha256('r'), 201, convert_to(repeat(md5(g::text), 25), 'utf8'), case when not is_live then sha256('e') end,
    case when not is_live then convert_to(repeat(md5(g::text), 30), 'utf8') end
  from plan cross join (select $1::uuid as tenant_id) t where t.tenant_id = $1`;

const rowsOfChunk = `
  with ${planned}
  select plan.*, r.input_tokens, r.output_tokens, r.cost_units from plan join runs r on r.tenant_id = $1 and r.run_id = plan.run_id`;

export const incidentsText = `
  insert into incidents (tenant_id, id, source_run_id, trace_id, policy_id, source, source_id, type, category, cause_type, severity,
    status, title, description, agent_id, is_synthetic, violation_step_index, violation_at, threshold_value, actual_value,
    violation_reason, escalation_level, sla_due_at, created_by, created_at, updated_at, acknowledged_at, acknowledged_by,
    resolved_at, resolved_by, resolution_method, resolution_notes)
  select $1, incident_id, run_id, trace_id, case when by_rule then rule_id end, case when by_rule then 'rule' else 'run' end,
    case when by_rule then rule_id end, case when by_rule then 'token_limit_exceeded' else 'execution_failure' end,
    case when by_rule then 'BUDGET_EXCEEDED' else 'EXECUTION_FAILURE' end, 'LLM_RUN',
    (array['low', 'medium', 'high', 'critical'])[1 + h % 4], state,
    case when by_rule then 'Token limit passed by run ' else 'Failure of run ' end || g, 'What happened in run ' || g,
    'agent-' || lpad((h % 50)::text, 2, '0'), h % 33 = 0, case when by_rule then steps end, case when by_rule then last_at end,
    case when by_rule then '10000' end, case when by_rule then '15000' end,
    case when by_rule then 'run.tokens 15000 is over the limit of 10000' end, h % 3, last_at + (1 + h % 72) * interval '1 hour',
    'system:gate', last_at, last_at, case when state <> 'active' then last_at + interval '5 minutes' end,
    case when state <> 'active' then 'user:u' end, case when state = 'resolved' then last_at + (h % 100) * interval '1 hour' end,
    case when state = 'resolved' then 'user:u' end, case when state = 'resolved' then 'manual_intervention' end,
    case when state = 'resolved' then 'Looked at and closed' end
  from (select *, status = 'failed_policy' as by_rule, case when last_at < $7::timestamptz - interval '5 days' then 'resolved'
      else (array['active', 'acknowledged', 'active'])[1 + h % 3] end as state from (${rowsOfChunk}) x where has_incident) i`;

export const tracesText = `
  insert into traces (tenant_id, trace_id, run_id, agent_id, status, started_at, completed_at, engine, genesis_hash, root_hash, seal,
    seal_hash, violation_step_index, violation_timestamp, violation_policy_id, violation_reason, incident_id)
  select $1, trace_id, run_id, 'agent-' || lpad((h % 50)::text, 2, '0'),
    case status when 'succeeded' then 'completed' when 'cancelled' then 'aborted' when 'failed' then 'failed'
      when 'failed_policy' then 'failed' else 'running' end,
    started_at, case when not is_live then last_at end, 'holdpoint/1', sha256('g'),
    case when not is_live then sha256(trace_id::text::bytea) end, case when not is_live then '{"v": 1}'::jsonb end,
    case when not is_live then sha256('s') end, case when status = 'failed_policy' then steps end,
    case when status = 'failed_policy' then last_at end, case when status = 'failed_policy' then rule_id end,
    case when status = 'failed_policy' then 'run.tokens 15000 is over the limit of 10000' end, incident_id
  from (${rowsOfChunk}) t`;

/** Step `i` of a run, with its time. */
const stepsOfChunk = `
  select x.run_id, x.steps, x.status, x.h, x.g, i, x.started_at + i * (x.last_at - x.started_at) / (x.steps + 1) as at
  from (${rowsOfChunk}) x cross join lateral generate_series(1, x.steps) i`;

export const stepsText = `
  insert into steps (tenant_id, run_id, step_index, step_type, state, skill, model, status, input_tokens, output_tokens, cost_units,
    cost_source, duration_ms, admitted_seq, result_seq, action, is_inflection, recorded_at, settled_at)
  select $1, run_id, i, (array['llm_call', 'tool_call', 'retrieval'])[1 + (h + i) % 3], 'settled', 'skill-' || (h + i) % 12,
    'claude-' || h % 4, 'success', 200 + h % 900, 50 + h % 300, 1000 + h % 40000, 'reported', (h + i) % 5000, i, i,
    case when status = 'failed_policy' and i = steps then 'block' else 'allow' end, status = 'failed_policy' and i = steps, at, at
  from (${stepsOfChunk}) s`;

/** Records of every tenth run, and of the long one: they are most of the bytes, and one run's are read at a time. */
export const recordsText = `
  insert into trace_records (tenant_id, run_id, seq, kind, step_index, step_type, recorded_at, canonical, hash, request_hash,
    answer_status, answer)
  select $1, run_id, i, 'report', i, 'llm_call', at,
    convert_to(jsonb_build_object('body', jsonb_build_object('step', jsonb_build_object('skill', 'skill-' || (h + i) % 12, 'model', 'claude-' || h % 4, 'status', 'success'),
      'usage', jsonb_build_object('input_tokens', 200 + h % 900, 'output_tokens', 50 + h % 300, 'cost_units', 1000 + h % 40000),
      'decision', jsonb_build_object('action', 'allow')))::text, 'utf8'), sha256('h'), sha256('r'), 200, convert_to(repeat(md5(i::text), 6), 'utf8')
  from (${stepsOfChunk}) s where g % 10 = 1`;

export const signalsText = `
  insert into threshold_signals (tenant_id, id, run_id, policy_id, source, signal_type, metric, enforcement, current_value,
    threshold_value, percentage, step_index, seq, recorded_at)
  select $1, gen_random_uuid(), run_id, rule_id, 'rule', kind, 'run.tokens', 'stop', '8500', '10000', 85, steps, steps, last_at
  from (${rowsOfChunk}) x cross join lateral (
    select 'near' as kind where h % 8 = 0 or status = 'failed_policy' union all select 'breach' where status = 'failed_policy') k`;

export const enforcementsText = `
  insert into policy_enforcements (tenant_id, id, run_id, source, policy_id, policy_version, policy_name, action, violation_type,
    severity, metric, threshold_value, actual_value, reason, step_index, seq, incident_id, recorded_at)
  select $1, gen_random_uuid(), run_id, 'rule', rule_id, 1, 'Rule', case when status = 'failed_policy' then 'stopped' else 'warned' end,
    (array['token_limit', 'cost_limit', 'custom_rule'])[1 + h % 3], (array['low', 'medium', 'high', 'critical'])[1 + h % 4],
    'run.tokens', '10000', '15000', 'run.tokens 15000 is over the limit of 10000', steps, steps,
    case when status = 'failed_policy' then incident_id end, last_at
  from (${rowsOfChunk}) x where status = 'failed_policy' or h % 20 = 3`;

export const preventionsText = `
  insert into prevention_records (tenant_id, id, run_id, policy_id, source, action, step_index, incident_id, outcome, recorded_at)
  select $1, gen_random_uuid(), run_id, rule_id, 'rule', 'stopped', steps, incident_id,
    case when h % 2 = 0 then 'prevented' else 'contained' end, last_at
  from (${rowsOfChunk}) x where status = 'failed_policy'`;

export const auditText = `
  insert into audit_logs (tenant_id, id, recorded_at, action, actor_type, actor_id, entity_type, entity_id, run_id, request_id,
    after, detail, after_hash, entry_hash, mac)
  select $1, ${idOf("last_at", "audit")}, last_at, (array['run.cancelled', 'incident.acknowledged', 'incident.resolved', 'export.created',
      'trace.replayed', 'policy.changed'])[1 + h % 6],
    (array['user', 'key', 'system'])[1 + h % 3], 'actor-' || h % 40, (array['run', 'incident', 'incident', 'export', 'trace', 'policy'])[1 + h % 6],
    'entity-' || g, run_id, 'request-' || g, jsonb_build_object('title', 'Thing ' || g, 'version', h % 9),
    jsonb_build_object('reason', 'Reason number ' || g), sha256('a'), sha256('e'), sha256('m')
  from (${rowsOfChunk}) x where has_incident or h % 2 = 0`;

export const incidentEventsText = `
  insert into incident_events (tenant_id, id, incident_id, type, actor_type, actor_id, detail, recorded_at)
  select $1, ${idOf("last_at", "event")}, incident_id, 'created', 'system', 'gate', '{}', last_at
  from (${rowsOfChunk}) x where has_incident`;

export const bundlesText = `
  insert into export_bundles (tenant_id, bundle_id, bundle_type, format, status, progress, incident_id, run_id, include_raw_steps,
    requested_by, created_at, ready_at, bundle_hash, file_hash, size, media_type, file_name)
  select $1, 'EVD-' || substr(md5('bundle' || g), 1, 12), 'evidence', 'json', 'ready', 100, incident_id, run_id, true, 'user:u', last_at,
    last_at, sha256('b'), sha256('f'), 1000, 'application/json', 'evidence.json'
  from (${rowsOfChunk}) x where has_incident and h % 5 = 0`;
