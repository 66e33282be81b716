-- Applied after every migration, idempotent: roles, row security, grants, triggers.
-- Row security stops bugs, not SQL injection as the app role.

do $$
begin
  if not exists (select from pg_roles where rolname = 'holdpoint_app') then
    create role holdpoint_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'holdpoint_system') then
    create role holdpoint_system nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
end $$;

grant usage on schema public to holdpoint_app, holdpoint_system;
revoke create on schema public from public;

-- Row security for every table that carries tenant_id; tenants itself is keyed by its own id.
do $$
declare
  t record;
  key text;
begin
  for t in
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p')
      and (c.relname = 'tenants' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))
  loop
    key := case when t.relname = 'tenants' then 'id' else 'tenant_id' end;
    execute format('alter table public.%I enable row level security', t.relname);
    execute format('alter table public.%I force row level security', t.relname);
    execute format('drop policy if exists tenant_select on public.%I', t.relname);
    execute format('drop policy if exists tenant_insert on public.%I', t.relname);
    execute format('drop policy if exists tenant_update on public.%I', t.relname);
    execute format('drop policy if exists tenant_delete on public.%I', t.relname);
    -- nullif: after a transaction that set it locally the setting reads '' and not null.
    execute format($p$create policy tenant_select on public.%I for select to holdpoint_app
      using (%I = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$p$, t.relname, key);
    execute format($p$create policy tenant_insert on public.%I for insert to holdpoint_app
      with check (%I = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$p$, t.relname, key);
    execute format($p$create policy tenant_update on public.%I for update to holdpoint_app
      using (%I = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
      with check (%I = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$p$, t.relname, key, key);
    execute format($p$create policy tenant_delete on public.%I for delete to holdpoint_app
      using (%I = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$p$, t.relname, key);
    execute format('revoke all on public.%I from holdpoint_app, holdpoint_system, public', t.relname);
  end loop;
end $$;

-- What the app role may do, table by table. Nothing here: nothing allowed.
grant select, update (name) on tenants to holdpoint_app;
grant select, insert, update, delete on memberships to holdpoint_app;
grant select, update on tenant_controls to holdpoint_app;
grant select, insert, update on
  agents, api_keys, invitations, policy_rules, policy_precedence, limits, freezes, limit_counters, runs, steps, traces, incidents,
  refusals
  to holdpoint_app;
grant select, insert, update, delete on policy_scopes to holdpoint_app;
grant select, insert, delete on limit_entries, idempotency_keys, record_payloads, export_drafts to holdpoint_app;
grant select, insert, update on export_bundles to holdpoint_app;
grant insert on leaf_sources, job_requests to holdpoint_app;
grant select on log_leaves, log_nodes, log_states, checkpoints, audit_chain, events to holdpoint_app;
grant select, insert on
  policy_versions, limit_versions, price_tables, policy_sets, policy_snapshots, trace_records, incident_events,
  incident_comments, audit_logs, outbox, policy_enforcements, prevention_records, threshold_signals, cost_records,
  export_parts, export_reviews
  to holdpoint_app;

-- The system role: the auth library's global tables, and a short list of tenant tables by column.
revoke all on users, sessions, accounts, verifications, rate_limits, two_factors from holdpoint_app, public;
grant select, insert, update, delete on users, sessions, accounts, verifications, rate_limits, two_factors
  to holdpoint_system;

drop policy if exists system_select on tenants;
drop policy if exists system_insert on tenants;
create policy system_select on tenants for select to holdpoint_system using (true);
create policy system_insert on tenants for insert to holdpoint_system with check (true);
grant select, insert on tenants to holdpoint_system;

drop policy if exists system_select on memberships;
drop policy if exists system_insert on memberships;
create policy system_select on memberships for select to holdpoint_system using (true);
create policy system_insert on memberships for insert to holdpoint_system with check (true);
grant select, insert on memberships to holdpoint_system;

-- An invitation's link holds no tenant: its hash is how the tenant is found.
drop policy if exists system_select on invitations;
create policy system_select on invitations for select to holdpoint_system using (true);
grant select on invitations to holdpoint_system;

drop policy if exists system_insert on tenant_controls;
create policy system_insert on tenant_controls for insert to holdpoint_system with check (true);
grant insert on tenant_controls to holdpoint_system;

drop policy if exists system_select on api_keys;
create policy system_select on api_keys for select to holdpoint_system using (true);
grant select (tenant_id, id, key_hash, scopes, agent_ids, status, expires_at) on api_keys to holdpoint_system;

drop policy if exists system_select on runs;
create policy system_select on runs for select to holdpoint_system using (true);
grant select (tenant_id, run_id, due_at, completed_at) on runs to holdpoint_system;

drop policy if exists system_select on freezes;
create policy system_select on freezes for select to holdpoint_system using (true);
grant select (tenant_id, id, created_by, created_at, effective_at, lifted_at) on freezes to holdpoint_system;

drop policy if exists system_select on idempotency_keys;
drop policy if exists system_delete on idempotency_keys;
create policy system_select on idempotency_keys for select to holdpoint_system using (true);
create policy system_delete on idempotency_keys for delete to holdpoint_system
  using (created_at < clock_timestamp() - interval '24 hours');
grant select (tenant_id, created_at), delete on idempotency_keys to holdpoint_system;

-- The sequencer and the relay: what was written unnumbered is moved to where it has a number. Nobody else writes there.
do $$
declare
  t text;
begin
  foreach t in array array['leaf_sources', 'outbox', 'log_leaves', 'log_nodes', 'log_states', 'checkpoints', 'audit_chain', 'events']
  loop
    execute format('drop policy if exists system_select on %I', t);
    execute format('drop policy if exists system_insert on %I', t);
    execute format('drop policy if exists system_update on %I', t);
    execute format('drop policy if exists system_delete on %I', t);
    execute format('create policy system_select on %I for select to holdpoint_system using (true)', t);
    execute format('grant select on %I to holdpoint_system', t);
    if t in ('leaf_sources', 'outbox') then
      execute format('create policy system_delete on %I for delete to holdpoint_system using (true)', t);
      execute format('grant delete on %I to holdpoint_system', t);
    else
      execute format('create policy system_insert on %I for insert to holdpoint_system with check (true)', t);
      execute format('grant insert on %I to holdpoint_system', t);
    end if;
  end loop;
end $$;
-- Jobs: what is requested is put into the queue, and taken away when it is done.
drop policy if exists system_select on job_requests;
drop policy if exists system_delete on job_requests;
create policy system_select on job_requests for select to holdpoint_system using (true);
create policy system_delete on job_requests for delete to holdpoint_system using (true);
grant select, delete on job_requests to holdpoint_system;

create policy system_update on log_states for update to holdpoint_system using (true) with check (true);
grant update on log_states to holdpoint_system;
revoke all on deployments, signing_keys from holdpoint_app, public;
grant select, insert on deployments, signing_keys to holdpoint_system;
grant update (retired_at) on signing_keys to holdpoint_system;

-- Which migrations were applied, for the readiness probe.
grant usage on schema drizzle to holdpoint_system;
grant select on drizzle.__drizzle_migrations to holdpoint_system;

-- Append-only means so for everybody, the owner included; grants already say so for the app role.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is not permitted: %', tg_op, tg_table_name, tg_argv[0]
    using errcode = 'restrict_violation', constraint = tg_table_name || '_immutable';
end $$;

do $$
declare
  t text;
begin
  foreach t in array array[
    'policy_versions', 'limit_versions', 'price_tables', 'policy_sets', 'policy_snapshots', 'trace_records',
    'incident_events', 'incident_comments', 'audit_logs', 'policy_enforcements', 'prevention_records',
    'threshold_signals', 'cost_records', 'log_leaves', 'log_nodes', 'checkpoints', 'audit_chain', 'events',
    'export_parts', 'export_reviews']
  loop
    execute format('drop trigger if exists append_only on %I', t);
    execute format('drop trigger if exists append_only_truncate on %I', t);
    execute format($q$create trigger append_only before update or delete on %I
      for each row execute function refuse_change('append-only')$q$, t);
    execute format($q$create trigger append_only_truncate before truncate on %I
      for each statement execute function refuse_change('append-only')$q$, t);
  end loop;
  -- Queues: a row is taken away when it has been numbered, and never changed.
  foreach t in array array['outbox', 'leaf_sources', 'job_requests']
  loop
    execute format('drop trigger if exists append_only on %I', t);
    execute format('drop trigger if exists append_only_truncate on %I', t);
    execute format('drop trigger if exists never_changed on %I', t);
    execute format($q$create trigger never_changed before update on %I
      for each row execute function refuse_change('never changed')$q$, t);
    execute format($q$create trigger append_only_truncate before truncate on %I
      for each statement execute function refuse_change('never truncated')$q$, t);
  end loop;
  foreach t in array array['runs', 'steps', 'traces', 'incidents', 'policy_rules', 'limits', 'freezes', 'refusals',
    'export_bundles', 'log_states']
  loop
    execute format('drop trigger if exists never_deleted on %I', t);
    execute format('drop trigger if exists never_truncated on %I', t);
    execute format($q$create trigger never_deleted before delete on %I
      for each row execute function refuse_change('never deleted')$q$, t);
    execute format($q$create trigger never_truncated before truncate on %I
      for each statement execute function refuse_change('never deleted')$q$, t);
  end loop;
end $$;

-- A log only grows, and so does what was signed of it.
drop trigger if exists log_grows on log_states;
create trigger log_grows before update on log_states for each row
  when (new.tenant_id <> old.tenant_id or new.size < old.size or new.audit_seq < old.audit_seq
    or new.checkpoint_size < old.checkpoint_size or new.checkpoint_size > new.size)
  execute function refuse_change('a log only grows');

-- Keys: one is registered once, retired once, and never forgotten. The deployment keeps its name.
drop trigger if exists append_only on deployments;
drop trigger if exists append_only_truncate on deployments;
drop trigger if exists retired_once on signing_keys;
drop trigger if exists never_deleted on signing_keys;
drop trigger if exists never_truncated on signing_keys;
create trigger append_only before update or delete on deployments
  for each row execute function refuse_change('append-only');
create trigger append_only_truncate before truncate on deployments
  for each statement execute function refuse_change('append-only');
create trigger retired_once before update on signing_keys for each row
  when (old.retired_at is not null
    or (new.fingerprint, new.public_key, new.active_from) is distinct from (old.fingerprint, old.public_key, old.active_from)
    or (new.predecessor, new.endorsement) is distinct from (old.predecessor, old.endorsement))
  execute function refuse_change('a key is retired once');
create trigger never_deleted before delete on signing_keys
  for each row execute function refuse_change('never deleted');
create trigger never_truncated before truncate on signing_keys
  for each statement execute function refuse_change('never deleted');

-- Bundles: what was asked for never changes, its hash is set once, and what is over stays as it is.
drop trigger if exists made_once on export_bundles;
create trigger made_once before update on export_bundles for each row
  when (old.status <> 'generating'
    or (new.tenant_id, new.bundle_id, new.bundle_type, new.format, new.incident_id, new.include_raw_steps, new.requested_by,
      new.created_at) is distinct from
      (old.tenant_id, old.bundle_id, old.bundle_type, old.format, old.incident_id, old.include_raw_steps, old.requested_by,
      old.created_at)
    or (new.export_reason, new.prepared_for, new.preparer_notes, new.period_start, new.period_end) is distinct from
      (old.export_reason, old.prepared_for, old.preparer_notes, old.period_start, old.period_end)
    or (old.bundle_hash is not null and new.bundle_hash is distinct from old.bundle_hash))
  execute function refuse_change('a bundle is made once');

-- Runs: what a run is never changes; how it ended never changes; the status machine. WHEN keeps the hot path free of plpgsql.
drop trigger if exists identity_fixed on runs;
create trigger identity_fixed before update of tenant_id, run_id, trace_id, agent_id, started_at, synthetic, started_by,
  request_hash, snapshot_id, answer, agent_verified, api_key_id, goal, actor_type, actor_id, provider, model, parent_run_id,
  project, source, tags on runs for each row
  when ((old.tenant_id, old.run_id, old.trace_id, old.agent_id, old.started_at, old.synthetic, old.started_by, old.request_hash)
    is distinct from
    (new.tenant_id, new.run_id, new.trace_id, new.agent_id, new.started_at, new.synthetic, new.started_by, new.request_hash)
    or (old.snapshot_id is distinct from new.snapshot_id)
    or (old.answer is distinct from new.answer)
    or (old.agent_verified, old.api_key_id, old.goal, old.actor_type, old.actor_id, old.provider, old.model)
      is distinct from (new.agent_verified, new.api_key_id, new.goal, new.actor_type, new.actor_id, new.provider, new.model)
    or (old.parent_run_id, old.project, old.source, old.tags)
      is distinct from (new.parent_run_id, new.project, new.source, new.tags))
  execute function refuse_change('a run keeps its identity');

drop trigger if exists order_kept on runs;
create trigger order_kept before update of seq, last_step_index on runs for each row
  when (new.seq < old.seq or new.last_step_index < old.last_step_index)
  execute function refuse_change('a run keeps its order');

drop trigger if exists end_fixed on runs;
create trigger end_fixed before update of status, completed_at, termination_reason, end_note, stopped_at_step, violation,
  violation_policy_id, incident_id on runs for each row
  when (old.completed_at is not null and (
    (old.status, old.completed_at) is distinct from (new.status, new.completed_at)
    or old.termination_reason is distinct from new.termination_reason
    or old.end_note is distinct from new.end_note
    or old.stopped_at_step is distinct from new.stopped_at_step
    or old.violation is distinct from new.violation
    or old.violation_policy_id is distinct from new.violation_policy_id
    or old.incident_id is distinct from new.incident_id))
  execute function refuse_change('a run ends once');

drop trigger if exists status_machine on runs;
create trigger status_machine before update of status on runs for each row
  when (old.status is distinct from new.status and not (
    (old.status = 'queued' and new.status in ('running', 'cancelled', 'failed'))
    or (old.status = 'running' and new.status in ('succeeded', 'failed', 'failed_policy', 'cancelled', 'retry', 'paused'))
    or (old.status = 'paused' and new.status in ('running', 'failed', 'failed_policy', 'cancelled'))
    or (old.status = 'retry' and new.status in ('running', 'failed', 'cancelled'))))
  execute function refuse_change('not a legal transition');

-- Traces: while running only the end's columns, once; after the seal only archived_at, once.
drop trigger if exists permitted_changes on traces;
create trigger permitted_changes before update on traces for each row
  when (
    (old.tenant_id, old.trace_id, old.run_id, old.agent_id, old.started_at, old.engine, old.genesis_hash)
      is distinct from (new.tenant_id, new.trace_id, new.run_id, new.agent_id, new.started_at, new.engine, new.genesis_hash)
    or (old.seal_hash is not null and (
      old.status is distinct from new.status or old.completed_at is distinct from new.completed_at
      or old.root_hash is distinct from new.root_hash or old.seal is distinct from new.seal
      or old.seal_hash is distinct from new.seal_hash
      or old.violation_step_index is distinct from new.violation_step_index
      or old.violation_timestamp is distinct from new.violation_timestamp
      or old.violation_policy_id is distinct from new.violation_policy_id
      or old.violation_reason is distinct from new.violation_reason
      or old.incident_id is distinct from new.incident_id))
    or (old.seal_hash is null and (
      new.archived_at is not null
      or (new.seal_hash is null and (new.status <> 'running' or new.completed_at is not null or new.root_hash is not null or new.seal is not null))
      or (new.seal_hash is not null and (new.status = 'running' or new.completed_at is null or new.root_hash is null or new.seal is null))
      or (old.violation_step_index is not null and old.violation_step_index is distinct from new.violation_step_index)
      or (old.violation_timestamp is not null and old.violation_timestamp is distinct from new.violation_timestamp)
      or (old.violation_policy_id is not null and old.violation_policy_id is distinct from new.violation_policy_id)
      or (old.violation_reason is not null and old.violation_reason is distinct from new.violation_reason)
      or (old.incident_id is not null and old.incident_id is distinct from new.incident_id)))
    or (old.archived_at is not null and old.archived_at is distinct from new.archived_at))
  execute function refuse_change('a trace changes only as its run ends, and a sealed one not at all');

-- Incidents: the state machine, what an incident is about, and what only ever grows graver or earlier.
drop trigger if exists state_machine on incidents;
create trigger state_machine before update on incidents for each row
  when (
    (old.status is distinct from new.status and not (
      (old.status = 'active' and new.status in ('acknowledged', 'resolved'))
      or (old.status = 'acknowledged' and new.status = 'resolved')
      or (old.status = 'resolved' and new.status = 'active')))
    -- A resolved one changes by being reopened and in no other way.
    or (old.status = 'resolved' and new.status = 'resolved')
    or (old.tenant_id, old.id, old.type, old.source, old.category, old.cause_type, old.is_synthetic, old.created_at, old.created_by)
      is distinct from (new.tenant_id, new.id, new.type, new.source, new.category, new.cause_type, new.is_synthetic, new.created_at, new.created_by)
    or (old.source_run_id, old.trace_id, old.policy_id, old.limit_id, old.source_id, old.agent_id)
      is distinct from (new.source_run_id, new.trace_id, new.policy_id, new.limit_id, new.source_id, new.agent_id)
    or (old.violation_step_index, old.violation_at, old.threshold_value, old.actual_value, old.violation_reason)
      is distinct from (new.violation_step_index, new.violation_at, new.threshold_value, new.actual_value, new.violation_reason)
    or (old.title, old.description, old.error_code, old.error_message)
      is distinct from (new.title, new.description, new.error_code, new.error_message)
    -- Who acknowledged stands from that moment until it is reopened.
    or ((old.acknowledged_at, old.acknowledged_by) is distinct from (new.acknowledged_at, new.acknowledged_by)
      and not (old.status = 'active' and new.status = 'acknowledged') and not (old.status = 'resolved' and new.status = 'active'))
    or new.escalation_level not between old.escalation_level and 3
    or array_position(array['low', 'medium', 'high', 'critical'], new.severity)
      < array_position(array['low', 'medium', 'high', 'critical'], old.severity)
    or new.sla_due_at > old.sla_due_at
    or new.reopen_count <> old.reopen_count + (case when old.status = 'resolved' then 1 else 0 end)
    or new.version <> old.version + 1)
  execute function refuse_change('not a legal transition of an incident');

-- An invitation says what it said when it was sent, and ends once.
drop trigger if exists ends_once on invitations;
create trigger ends_once before update on invitations for each row
  when (old.accepted_at is not null or old.revoked_at is not null
    or (new.tenant_id, new.id, new.email, new.role, new.token_hash, new.expires_at, new.created_by, new.created_at)
      is distinct from
      (old.tenant_id, old.id, old.email, old.role, old.token_hash, old.expires_at, old.created_by, old.created_at)
    or new.seat_expires_at is distinct from old.seat_expires_at)
  execute function refuse_change('an invitation ends once');

-- A retired rule stays retired.
drop trigger if exists retired_fixed on policy_rules;
create trigger retired_fixed before update on policy_rules for each row
  when (old.status = 'retired' or old.id is distinct from new.id or new.version < old.version)
  execute function refuse_change('a retired rule does not change');
