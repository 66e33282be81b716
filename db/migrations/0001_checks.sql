-- Composite key back from the run to its incident; incidents already point at runs, so it stands here by hand.
ALTER TABLE "runs" ADD CONSTRAINT "runs_incident_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "incidents"("tenant_id","id") DEFERRABLE INITIALLY DEFERRED;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_status_reason_check" CHECK (
  (completed_at is null and status in ('queued','running','paused','retry') and termination_reason is null)
  or (completed_at is not null and (
    (status = 'succeeded' and termination_reason = 'completed')
    or (status = 'failed_policy' and termination_reason = 'policy_block')
    or (status = 'failed' and termination_reason in ('budget_exceeded','rate_limited','timeout','system_failure'))
    or (status = 'cancelled' and termination_reason = 'user_abort'))));--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_amounts_check" CHECK (
  input_tokens >= 0 and output_tokens >= 0 and cost_units >= 0 and reserved_input_tokens >= 0 and reserved_output_tokens >= 0
  and reserved_cost_units >= 0 and presumed_input_tokens >= 0 and presumed_output_tokens >= 0 and presumed_cost_units >= 0
  and open_steps >= 0 and lapsed_steps >= 0);--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_state_check" CHECK (state in ('open','settled','lapsed','presumed','late'));--> statement-breakpoint
ALTER TABLE "limit_counters" ADD CONSTRAINT "limit_counters_amounts_check" CHECK (used >= 0 and reserved >= 0 and presumed >= 0);--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_status_check" CHECK (
  status in ('active','acknowledged','resolved')
  and (status <> 'acknowledged' or acknowledged_at is not null)
  and ((status = 'resolved') = (resolved_at is not null)));--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_severity_check" CHECK (severity in ('low','medium','high','critical'));--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_role_check" CHECK (role in ('owner','admin','member','viewer','auditor'));--> statement-breakpoint
ALTER TABLE "policy_rules" ADD CONSTRAINT "policy_rules_status_check" CHECK (
  (status = 'active' and retired_at is null) or (status = 'retired' and retired_at is not null and retirement_reason is not null));--> statement-breakpoint
ALTER TABLE "policy_rules" ADD CONSTRAINT "policy_rules_shape_check" CHECK (
  (metric is not null and threshold is not null and condition is null and threshold >= 0)
  or (metric is null and threshold is null and condition is not null));--> statement-breakpoint
ALTER TABLE "limits" ADD CONSTRAINT "limits_shape_check" CHECK (
  max_value >= 0 and (
    (limit_category = 'BUDGET' and reset_period is not null and window_seconds is null and per is null)
    or (limit_category = 'RATE' and window_seconds > 0 and reset_period is null and per is null)
    or (limit_category = 'THRESHOLD' and reset_period is null and window_seconds is null
        and ((limit_type = 'CONCURRENT_RUNS') = (per is null)))));--> statement-breakpoint
ALTER TABLE "freezes" ADD CONSTRAINT "freezes_type_check" CHECK (type in ('tenant','key','agent','run'));
