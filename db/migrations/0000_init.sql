CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token" text NOT NULL,
	"active_tenant_id" uuid,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "record_payloads" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"input_salt" "bytea",
	"output_salt" "bytea",
	"input" jsonb,
	"output" jsonb,
	CONSTRAINT "record_payloads_tenant_id_run_id_seq_pk" PRIMARY KEY("tenant_id","run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"trace_id" uuid NOT NULL,
	"agent_id" text NOT NULL,
	"agent_verified" boolean NOT NULL,
	"goal" text,
	"actor_type" text,
	"actor_id" text,
	"provider" text,
	"model" text,
	"parent_run_id" uuid,
	"project" text,
	"source" text,
	"tags" jsonb NOT NULL,
	"synthetic" boolean DEFAULT false NOT NULL,
	"api_key_id" uuid,
	"started_by" text NOT NULL,
	"status" text NOT NULL,
	"termination_reason" text,
	"end_note" text,
	"refusal_reason" text,
	"stopped_at_step" integer,
	"snapshot_id" uuid,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"paused_at" timestamp (3) with time zone,
	"paused_ms" bigint DEFAULT 0 NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"last_step_index" integer DEFAULT 0 NOT NULL,
	"head_hash" "bytea" NOT NULL,
	"steps_completed" integer DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"cost_units" bigint DEFAULT 0 NOT NULL,
	"reserved_input_tokens" bigint DEFAULT 0 NOT NULL,
	"reserved_output_tokens" bigint DEFAULT 0 NOT NULL,
	"reserved_cost_units" bigint DEFAULT 0 NOT NULL,
	"open_steps" integer DEFAULT 0 NOT NULL,
	"presumed_input_tokens" bigint DEFAULT 0 NOT NULL,
	"presumed_output_tokens" bigint DEFAULT 0 NOT NULL,
	"presumed_cost_units" bigint DEFAULT 0 NOT NULL,
	"lapsed_steps" integer DEFAULT 0 NOT NULL,
	"late_records" integer DEFAULT 0 NOT NULL,
	"memory" jsonb NOT NULL,
	"violation_policy_id" uuid,
	"violation" jsonb,
	"incident_id" uuid,
	"error_code" text,
	"error_message" text,
	"request_hash" "bytea" NOT NULL,
	"answer_status" integer NOT NULL,
	"answer" "bytea" NOT NULL,
	"end_request_hash" "bytea",
	"end_answer" "bytea",
	CONSTRAINT "runs_tenant_id_run_id_pk" PRIMARY KEY("tenant_id","run_id"),
	CONSTRAINT "runs_trace_key" UNIQUE("tenant_id","trace_id")
);
--> statement-breakpoint
CREATE TABLE "steps" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"step_index" integer NOT NULL,
	"step_id" uuid,
	"step_type" text NOT NULL,
	"state" text NOT NULL,
	"skill" text,
	"model" text,
	"status" text,
	"retry_count" integer DEFAULT 0 NOT NULL,
	"estimate_input_tokens" bigint DEFAULT 0 NOT NULL,
	"estimate_output_tokens" bigint DEFAULT 0 NOT NULL,
	"estimate_cost_units" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cost_units" bigint,
	"cost_source" text,
	"duration_ms" bigint,
	"claimed_started_at" text,
	"reservations" jsonb,
	"lapses_at" timestamp (3) with time zone,
	"admitted_seq" integer,
	"result_seq" integer,
	"action" text NOT NULL,
	"is_inflection" boolean DEFAULT false NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "steps_tenant_id_run_id_step_index_pk" PRIMARY KEY("tenant_id","run_id","step_index")
);
--> statement-breakpoint
CREATE TABLE "trace_records" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"step_index" integer,
	"step_id" uuid,
	"step_type" text,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"body" jsonb NOT NULL,
	"canonical" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"request_hash" "bytea",
	"answer_status" integer,
	"answer" "bytea",
	CONSTRAINT "trace_records_tenant_id_run_id_seq_pk" PRIMARY KEY("tenant_id","run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_logs" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"action" text NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	"entity_type" text NOT NULL,
	"entity_id" text NOT NULL,
	"run_id" uuid,
	"request_id" text,
	"before" jsonb,
	"after" jsonb,
	"detail" jsonb,
	"after_hash" "bytea",
	"entry_hash" "bytea" NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "audit_logs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"topic" text NOT NULL,
	"entity_id" text NOT NULL,
	"payload" jsonb NOT NULL,
	CONSTRAINT "outbox_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"agent_ids" text[] NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"lineage_id" uuid NOT NULL,
	"replaced_by" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	"revoked_reason" text,
	CONSTRAINT "api_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_keys_key_hash_key" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "cost_records" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"step_index" integer,
	"seq" integer,
	"kind" text NOT NULL,
	"agent_id" text NOT NULL,
	"provider" text,
	"model" text,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cost_units" bigint,
	"cost_source" text NOT NULL,
	"assurance" text NOT NULL,
	"price_version" integer,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cost_records_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "policy_enforcements" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid,
	"source" text NOT NULL,
	"policy_id" uuid,
	"limit_id" uuid,
	"policy_version" integer,
	"policy_name" text,
	"action" text NOT NULL,
	"violation_type" text,
	"severity" text,
	"metric" text,
	"threshold_value" text,
	"actual_value" text,
	"projected" boolean DEFAULT false NOT NULL,
	"shadow" boolean DEFAULT false NOT NULL,
	"reason" text NOT NULL,
	"step_index" integer,
	"seq" integer,
	"incident_id" uuid,
	"dedupe_key" text,
	"detail" jsonb,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_enforcements_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "prevention_records" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"policy_id" uuid,
	"limit_id" uuid,
	"source" text NOT NULL,
	"action" text NOT NULL,
	"step_index" integer,
	"incident_id" uuid,
	"outcome" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "prevention_records_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "refusals" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"dedupe_key" text NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "refusals_tenant_id_run_id_dedupe_key_pk" PRIMARY KEY("tenant_id","run_id","dedupe_key")
);
--> statement-breakpoint
CREATE TABLE "threshold_signals" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"policy_id" uuid,
	"limit_id" uuid,
	"source" text NOT NULL,
	"signal_type" text NOT NULL,
	"metric" text NOT NULL,
	"enforcement" text NOT NULL,
	"current_value" text NOT NULL,
	"threshold_value" text NOT NULL,
	"percentage" numeric,
	"step_index" integer,
	"seq" integer NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "threshold_signals_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "incident_comments" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"author_type" text NOT NULL,
	"author_id" text NOT NULL,
	"content" text NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "incident_comments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "incident_events" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"type" text NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	"detail" jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "incident_events_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_run_id" uuid,
	"trace_id" uuid,
	"policy_id" uuid,
	"limit_id" uuid,
	"source" text NOT NULL,
	"source_id" uuid,
	"type" text NOT NULL,
	"category" text NOT NULL,
	"cause_type" text NOT NULL,
	"severity" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"title" text NOT NULL,
	"description" text,
	"agent_id" text,
	"is_synthetic" boolean DEFAULT false NOT NULL,
	"violation_step_index" integer,
	"violation_at" timestamp (3) with time zone,
	"threshold_value" text,
	"actual_value" text,
	"violation_reason" text,
	"error_code" text,
	"error_message" text,
	"escalation_level" integer DEFAULT 0 NOT NULL,
	"escalated_to" text,
	"escalated_at" timestamp (3) with time zone,
	"sla_due_at" timestamp (3) with time zone NOT NULL,
	"reopen_count" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	"resolution_method" text,
	"resolution_notes" text,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "incidents_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "incidents_one_per_source_key" UNIQUE NULLS NOT DISTINCT("tenant_id","source_run_id","type","source","source_id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"tenant_id" uuid NOT NULL,
	"principal" text NOT NULL,
	"endpoint" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"status" integer NOT NULL,
	"answer" "bytea" NOT NULL,
	"content_type" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_tenant_id_principal_endpoint_key_pk" PRIMARY KEY("tenant_id","principal","endpoint","key")
);
--> statement-breakpoint
CREATE TABLE "freezes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"target_id" text NOT NULL,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"effective_at" timestamp (3) with time zone,
	"in_flight" jsonb,
	"lifted_at" timestamp (3) with time zone,
	"lifted_by" text,
	"lift_reason" text,
	CONSTRAINT "freezes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "limit_counters" (
	"tenant_id" uuid NOT NULL,
	"limit_id" uuid NOT NULL,
	"scope_key" text NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"scope_rank" integer NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	"reserved" bigint DEFAULT 0 NOT NULL,
	"presumed" bigint DEFAULT 0 NOT NULL,
	"unpriced" boolean DEFAULT false NOT NULL,
	"signalled" text DEFAULT '' NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "limit_counters_tenant_id_limit_id_scope_key_window_start_pk" PRIMARY KEY("tenant_id","limit_id","scope_key","window_start")
);
--> statement-breakpoint
CREATE TABLE "limit_entries" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"limit_id" uuid NOT NULL,
	"scope_key" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "limit_entries_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "limit_versions" (
	"tenant_id" uuid NOT NULL,
	"limit_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"change" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "limit_versions_tenant_id_limit_id_version_pk" PRIMARY KEY("tenant_id","limit_id","version")
);
--> statement-breakpoint
CREATE TABLE "limits" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"limit_category" text NOT NULL,
	"limit_type" text NOT NULL,
	"scope_type" text NOT NULL,
	"scope_ids" text[] NOT NULL,
	"max_value" numeric NOT NULL,
	"reset_period" text,
	"window_seconds" integer,
	"per" text,
	"enforcement" text NOT NULL,
	"near_percentage" integer NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "limits_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "policy_precedence" (
	"tenant_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"precedence" integer NOT NULL,
	"conflict_strategy" text NOT NULL,
	"bind_at" text NOT NULL,
	"failure_mode" text,
	CONSTRAINT "policy_precedence_tenant_id_policy_id_pk" PRIMARY KEY("tenant_id","policy_id")
);
--> statement-breakpoint
CREATE TABLE "policy_rules" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"rule_type" text NOT NULL,
	"category" text NOT NULL,
	"metric" text,
	"threshold" numeric,
	"near_percentage" integer NOT NULL,
	"condition" text,
	"enforcement" text NOT NULL,
	"on_kill" text NOT NULL,
	"severity" text,
	"rollout" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	"retired_by" text,
	"retirement_reason" text,
	CONSTRAINT "policy_rules_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "policy_scopes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"scope_type" text NOT NULL,
	"ids" text[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_scopes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "policy_scopes_policy_type_key" UNIQUE("tenant_id","policy_id","scope_type")
);
--> statement-breakpoint
CREATE TABLE "policy_sets" (
	"tenant_id" uuid NOT NULL,
	"set_hash" "bytea" NOT NULL,
	"canonical" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_sets_tenant_id_set_hash_pk" PRIMARY KEY("tenant_id","set_hash")
);
--> statement-breakpoint
CREATE TABLE "policy_snapshots" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"set_hash" "bytea" NOT NULL,
	"canonical" "bytea" NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"policy_count" integer NOT NULL,
	"strategy" text NOT NULL,
	"ambiguous" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_snapshots_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "policy_snapshots_run_key" UNIQUE("tenant_id","run_id")
);
--> statement-breakpoint
CREATE TABLE "policy_versions" (
	"tenant_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"change" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "policy_versions_tenant_id_policy_id_version_pk" PRIMARY KEY("tenant_id","policy_id","version")
);
--> statement-breakpoint
CREATE TABLE "price_tables" (
	"tenant_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"entries" jsonb NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "price_tables_tenant_id_version_pk" PRIMARY KEY("tenant_id","version")
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"tenant_id" uuid NOT NULL,
	"agent_id" text NOT NULL,
	"first_seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "agents_tenant_id_agent_id_pk" PRIMARY KEY("tenant_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_by" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "memberships_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "memberships_tenant_user_key" UNIQUE("tenant_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "tenant_controls" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"policy_epoch" bigint DEFAULT 1 NOT NULL,
	"settings" jsonb NOT NULL,
	"settings_version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"plan" text DEFAULT 'self_hosted' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"is_demo" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "tenants_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "traces" (
	"tenant_id" uuid NOT NULL,
	"trace_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"agent_id" text NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone,
	"engine" text NOT NULL,
	"genesis_hash" "bytea" NOT NULL,
	"root_hash" "bytea",
	"seal" jsonb,
	"seal_hash" "bytea",
	"violation_step_index" integer,
	"violation_timestamp" timestamp (3) with time zone,
	"violation_policy_id" uuid,
	"violation_reason" text,
	"incident_id" uuid,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "traces_tenant_id_trace_id_pk" PRIMARY KEY("tenant_id","trace_id"),
	CONSTRAINT "traces_run_key" UNIQUE("tenant_id","run_id")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record_payloads" ADD CONSTRAINT "record_payloads_tenant_id_run_id_seq_trace_records_tenant_id_run_id_seq_fk" FOREIGN KEY ("tenant_id","run_id","seq") REFERENCES "public"."trace_records"("tenant_id","run_id","seq") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_tenant_id_snapshot_id_policy_snapshots_tenant_id_id_fk" FOREIGN KEY ("tenant_id","snapshot_id") REFERENCES "public"."policy_snapshots"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_tenant_id_api_key_id_api_keys_tenant_id_id_fk" FOREIGN KEY ("tenant_id","api_key_id") REFERENCES "public"."api_keys"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_tenant_id_violation_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","violation_policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trace_records" ADD CONSTRAINT "trace_records_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cost_records" ADD CONSTRAINT "cost_records_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_enforcements" ADD CONSTRAINT "policy_enforcements_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_enforcements" ADD CONSTRAINT "policy_enforcements_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_enforcements" ADD CONSTRAINT "policy_enforcements_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_enforcements" ADD CONSTRAINT "policy_enforcements_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prevention_records" ADD CONSTRAINT "prevention_records_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prevention_records" ADD CONSTRAINT "prevention_records_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prevention_records" ADD CONSTRAINT "prevention_records_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prevention_records" ADD CONSTRAINT "prevention_records_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refusals" ADD CONSTRAINT "refusals_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threshold_signals" ADD CONSTRAINT "threshold_signals_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threshold_signals" ADD CONSTRAINT "threshold_signals_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threshold_signals" ADD CONSTRAINT "threshold_signals_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_comments" ADD CONSTRAINT "incident_comments_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_events" ADD CONSTRAINT "incident_events_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_tenant_id_source_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","source_run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freezes" ADD CONSTRAINT "freezes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limit_counters" ADD CONSTRAINT "limit_counters_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limit_entries" ADD CONSTRAINT "limit_entries_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limit_versions" ADD CONSTRAINT "limit_versions_tenant_id_limit_id_limits_tenant_id_id_fk" FOREIGN KEY ("tenant_id","limit_id") REFERENCES "public"."limits"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limits" ADD CONSTRAINT "limits_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_precedence" ADD CONSTRAINT "policy_precedence_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_rules" ADD CONSTRAINT "policy_rules_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_scopes" ADD CONSTRAINT "policy_scopes_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_sets" ADD CONSTRAINT "policy_sets_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_snapshots" ADD CONSTRAINT "policy_snapshots_tenant_id_set_hash_policy_sets_tenant_id_set_hash_fk" FOREIGN KEY ("tenant_id","set_hash") REFERENCES "public"."policy_sets"("tenant_id","set_hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_tenant_id_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_tables" ADD CONSTRAINT "price_tables_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_tenant_id_tenant_controls_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant_controls"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_controls" ADD CONSTRAINT "tenant_controls_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "traces" ADD CONSTRAINT "traces_tenant_id_run_id_runs_tenant_id_run_id_fk" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."runs"("tenant_id","run_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "traces" ADD CONSTRAINT "traces_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "traces" ADD CONSTRAINT "traces_tenant_id_violation_policy_id_policy_rules_tenant_id_id_fk" FOREIGN KEY ("tenant_id","violation_policy_id") REFERENCES "public"."policy_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_user_idx" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier_idx" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "runs_started_idx" ON "runs" USING btree ("tenant_id","started_at","run_id");--> statement-breakpoint
CREATE INDEX "runs_completed_idx" ON "runs" USING btree ("tenant_id","completed_at","run_id") WHERE completed_at is not null;--> statement-breakpoint
CREATE INDEX "runs_live_idx" ON "runs" USING btree ("tenant_id","started_at") WHERE completed_at is null;--> statement-breakpoint
CREATE INDEX "runs_status_idx" ON "runs" USING btree ("tenant_id","status","started_at");--> statement-breakpoint
CREATE INDEX "runs_agent_idx" ON "runs" USING btree ("tenant_id","agent_id","started_at");--> statement-breakpoint
CREATE INDEX "runs_due_idx" ON "runs" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "steps_step_id_key" ON "steps" USING btree ("tenant_id","run_id","step_id") WHERE step_id is not null;--> statement-breakpoint
CREATE INDEX "steps_open_idx" ON "steps" USING btree ("tenant_id","run_id") WHERE state in ('open', 'lapsed', 'presumed');--> statement-breakpoint
CREATE INDEX "trace_records_step_idx" ON "trace_records" USING btree ("tenant_id","run_id","step_index");--> statement-breakpoint
CREATE INDEX "audit_logs_list_idx" ON "audit_logs" USING btree ("tenant_id","recorded_at","id");--> statement-breakpoint
CREATE INDEX "audit_logs_run_idx" ON "audit_logs" USING btree ("tenant_id","run_id") WHERE run_id is not null;--> statement-breakpoint
CREATE INDEX "audit_logs_actor_idx" ON "audit_logs" USING btree ("tenant_id","actor_id","recorded_at");--> statement-breakpoint
CREATE INDEX "audit_logs_action_idx" ON "audit_logs" USING btree ("tenant_id","action","recorded_at");--> statement-breakpoint
CREATE INDEX "audit_logs_entity_idx" ON "audit_logs" USING btree ("tenant_id","entity_type","entity_id","recorded_at");--> statement-breakpoint
CREATE INDEX "outbox_order_idx" ON "outbox" USING btree ("tenant_id","recorded_at","id");--> statement-breakpoint
CREATE INDEX "api_keys_list_idx" ON "api_keys" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "cost_records_run_idx" ON "cost_records" USING btree ("tenant_id","run_id");--> statement-breakpoint
CREATE INDEX "cost_records_time_idx" ON "cost_records" USING btree ("tenant_id","recorded_at");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_enforcements_dedupe_key" ON "policy_enforcements" USING btree ("tenant_id","run_id","dedupe_key") WHERE dedupe_key is not null;--> statement-breakpoint
CREATE INDEX "policy_enforcements_list_idx" ON "policy_enforcements" USING btree ("tenant_id","recorded_at","id");--> statement-breakpoint
CREATE INDEX "policy_enforcements_run_idx" ON "policy_enforcements" USING btree ("tenant_id","run_id");--> statement-breakpoint
CREATE INDEX "policy_enforcements_policy_idx" ON "policy_enforcements" USING btree ("tenant_id","policy_id","recorded_at");--> statement-breakpoint
CREATE INDEX "prevention_records_list_idx" ON "prevention_records" USING btree ("tenant_id","recorded_at","id");--> statement-breakpoint
CREATE INDEX "threshold_signals_run_idx" ON "threshold_signals" USING btree ("tenant_id","run_id","seq");--> statement-breakpoint
CREATE INDEX "threshold_signals_list_idx" ON "threshold_signals" USING btree ("tenant_id","recorded_at","id");--> statement-breakpoint
CREATE INDEX "incident_comments_list_idx" ON "incident_comments" USING btree ("tenant_id","incident_id","recorded_at");--> statement-breakpoint
CREATE INDEX "incident_events_timeline_idx" ON "incident_events" USING btree ("tenant_id","incident_id","recorded_at");--> statement-breakpoint
CREATE INDEX "incidents_list_idx" ON "incidents" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "incidents_status_idx" ON "incidents" USING btree ("tenant_id","status","created_at");--> statement-breakpoint
CREATE INDEX "incidents_policy_idx" ON "incidents" USING btree ("tenant_id","policy_id","created_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_age_idx" ON "idempotency_keys" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "freezes_open_target_key" ON "freezes" USING btree ("tenant_id","type","target_id") WHERE lifted_at is null;--> statement-breakpoint
CREATE INDEX "freezes_list_idx" ON "freezes" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "freezes_outstanding_idx" ON "freezes" USING btree ("tenant_id","created_at") WHERE effective_at is null and lifted_at is null;--> statement-breakpoint
CREATE INDEX "limit_entries_window_idx" ON "limit_entries" USING btree ("tenant_id","limit_id","scope_key","at");--> statement-breakpoint
CREATE UNIQUE INDEX "limits_active_name_key" ON "limits" USING btree ("tenant_id","name") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "limits_list_idx" ON "limits" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_rules_active_name_key" ON "policy_rules" USING btree ("tenant_id","name") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "policy_rules_list_idx" ON "policy_rules" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "policy_snapshots_list_idx" ON "policy_snapshots" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "memberships_user_idx" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "traces_list_idx" ON "traces" USING btree ("tenant_id","started_at","trace_id");--> statement-breakpoint
CREATE INDEX "traces_completed_idx" ON "traces" USING btree ("tenant_id","completed_at" DESC NULLS LAST,"trace_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "traces_agent_idx" ON "traces" USING btree ("tenant_id","agent_id","started_at");--> statement-breakpoint
CREATE INDEX "traces_root_idx" ON "traces" USING btree ("tenant_id","root_hash");--> statement-breakpoint
CREATE INDEX "traces_violation_idx" ON "traces" USING btree ("tenant_id","violation_timestamp") WHERE violation_step_index is not null;