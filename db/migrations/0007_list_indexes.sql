DROP INDEX "runs_completed_idx";--> statement-breakpoint
DROP INDEX "traces_list_idx";--> statement-breakpoint
DROP INDEX "traces_completed_idx";--> statement-breakpoint
-- What lists ask of runs that are over, by hand: the database fills it in when a run ends, and steps do not change it, so that
-- they leave the indexes alone. One statement, because each of them writes the table anew. `ended_text` is null where it would
-- be too long for an index; U+001E stands between what only logs search and what every list does.
ALTER TABLE "runs"
	ADD COLUMN "ended_tokens" bigint GENERATED ALWAYS AS (CASE WHEN completed_at IS NOT NULL THEN input_tokens + output_tokens END) STORED,
	ADD COLUMN "ended_cost_units" bigint GENERATED ALWAYS AS (CASE WHEN completed_at IS NOT NULL THEN cost_units END) STORED,
	ADD COLUMN "ended_violated" boolean GENERATED ALWAYS AS (CASE WHEN completed_at IS NOT NULL THEN jsonb_typeof(violation) IS NOT DISTINCT FROM 'object' END) STORED,
	ADD COLUMN "ended_text" text GENERATED ALWAYS AS (CASE WHEN completed_at IS NOT NULL
		AND octet_length(agent_id) + octet_length(coalesce(goal, '')) + octet_length(coalesce(project, '')) + octet_length(coalesce(provider, ''))
			+ octet_length(coalesce(model, '')) + octet_length(coalesce(error_message, '')) <= 1000
		THEN lower(replace(coalesce(model, '') || E'\x1f' || coalesce(termination_reason, '') || E'\x1f' || coalesce(refusal_reason, '')
			|| E'\x1f' || coalesce(error_message, ''), E'\x1e', '') || E'\x1e' || agent_id || E'\x1f' || coalesce(goal, '')) END) STORED;--> statement-breakpoint
ALTER TABLE "audit_logs" ADD COLUMN "search_text" text GENERATED ALWAYS AS (lower(action || E'\x1f' || actor_id || E'\x1f' || entity_type
	|| E'\x1f' || entity_id || E'\x1f' || coalesce(request_id, '') || E'\x1f' || coalesce(detail::text, '') || E'\x1f' || coalesce(after::text, '')
	|| E'\x1f' || coalesce(before::text, ''))) STORED;--> statement-breakpoint
CREATE INDEX "runs_ended_idx" ON "runs" USING btree ("tenant_id","started_at","run_id","completed_at",status,termination_reason,synthetic,refusal_reason,agent_id,project,source,provider,model,started_by,violation_policy_id,ended_violated,ended_tokens,ended_cost_units,ended_text) WHERE completed_at is not null;--> statement-breakpoint
CREATE INDEX "runs_synthetic_idx" ON "runs" USING btree ("tenant_id","run_id") WHERE synthetic;--> statement-breakpoint
CREATE INDEX "runs_completed_idx" ON "runs" USING btree ("tenant_id","completed_at","run_id","started_at",status,termination_reason,synthetic,refusal_reason,agent_id,project,source,provider,model,started_by,violation_policy_id,ended_violated,ended_tokens,ended_cost_units,ended_text) WHERE completed_at is not null;--> statement-breakpoint
CREATE INDEX "traces_list_idx" ON "traces" USING btree ("tenant_id","started_at","trace_id","run_id","agent_id","status","completed_at","seal_hash","violation_step_index","violation_timestamp","violation_policy_id","incident_id");--> statement-breakpoint
CREATE INDEX "traces_completed_idx" ON "traces" USING btree ("tenant_id","completed_at" DESC NULLS LAST,"trace_id" DESC NULLS LAST,"run_id","agent_id","status","started_at","seal_hash","violation_step_index","violation_policy_id","incident_id");