CREATE TABLE "events" (
	"tenant_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"outbox_id" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"topic" text NOT NULL,
	"entity_id" text NOT NULL,
	"payload" jsonb NOT NULL,
	CONSTRAINT "events_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq"),
	CONSTRAINT "events_outbox_key" UNIQUE("tenant_id","outbox_id")
);
--> statement-breakpoint
CREATE TABLE "export_bundles" (
	"tenant_id" uuid NOT NULL,
	"bundle_id" text NOT NULL,
	"bundle_type" text NOT NULL,
	"format" text NOT NULL,
	"status" text NOT NULL,
	"progress" integer DEFAULT 0 NOT NULL,
	"stage" text,
	"failure" text,
	"incident_id" uuid NOT NULL,
	"run_id" uuid,
	"export_reason" text,
	"prepared_for" text,
	"preparer_notes" text,
	"include_raw_steps" boolean NOT NULL,
	"period_start" timestamp (3) with time zone,
	"period_end" timestamp (3) with time zone,
	"requested_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ready_at" timestamp (3) with time zone,
	"bundle_hash" "bytea",
	"file_hash" "bytea",
	"size" bigint,
	"media_type" text,
	"file_name" text,
	"lease_until" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "export_bundles_tenant_id_bundle_id_pk" PRIMARY KEY("tenant_id","bundle_id")
);
--> statement-breakpoint
CREATE TABLE "export_drafts" (
	"tenant_id" uuid NOT NULL,
	"bundle_id" text NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "export_drafts_tenant_id_bundle_id_part_pk" PRIMARY KEY("tenant_id","bundle_id","part")
);
--> statement-breakpoint
CREATE TABLE "export_parts" (
	"tenant_id" uuid NOT NULL,
	"bundle_id" text NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "export_parts_tenant_id_bundle_id_part_pk" PRIMARY KEY("tenant_id","bundle_id","part")
);
--> statement-breakpoint
CREATE TABLE "export_reviews" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"bundle_id" text NOT NULL,
	"verdict" text NOT NULL,
	"notes" text,
	"reviewed_by" text NOT NULL,
	"reviewed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "export_reviews_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "job_requests" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"job" text NOT NULL,
	"payload" jsonb NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "job_requests_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_chain" (
	"tenant_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"audit_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_chain_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq"),
	CONSTRAINT "audit_chain_entry_key" UNIQUE("tenant_id","audit_id")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"size" bigint NOT NULL,
	"root_hash" "bytea" NOT NULL,
	"note" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "checkpoints_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leaf_sources" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "leaf_sources_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "log_leaves" (
	"tenant_id" uuid NOT NULL,
	"leaf_index" bigint NOT NULL,
	"kind" text NOT NULL,
	"source_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"mac" "bytea" NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	"appended_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "log_leaves_tenant_id_leaf_index_pk" PRIMARY KEY("tenant_id","leaf_index"),
	CONSTRAINT "log_leaves_source_key" UNIQUE("tenant_id","kind","source_id")
);
--> statement-breakpoint
CREATE TABLE "log_nodes" (
	"tenant_id" uuid NOT NULL,
	"level" integer NOT NULL,
	"node_index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "log_nodes_tenant_id_level_node_index_pk" PRIMARY KEY("tenant_id","level","node_index")
);
--> statement-breakpoint
CREATE TABLE "log_states" (
	"tenant_id" uuid NOT NULL,
	"size" bigint DEFAULT 0 NOT NULL,
	"audit_seq" bigint DEFAULT 0 NOT NULL,
	"audit_head" "bytea" NOT NULL,
	"checkpoint_size" bigint DEFAULT 0 NOT NULL,
	"checkpoint_at" timestamp (3) with time zone,
	"halted_at" timestamp (3) with time zone,
	"halt_reason" text,
	CONSTRAINT "log_states_tenant_id_pk" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"fingerprint" text PRIMARY KEY NOT NULL,
	"public_key" "bytea" NOT NULL,
	"active_from" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	"predecessor" text,
	"endorsement" "bytea"
);
--> statement-breakpoint
DROP INDEX "outbox_order_idx";--> statement-breakpoint
ALTER TABLE "export_bundles" ADD CONSTRAINT "export_bundles_tenant_id_incident_id_incidents_tenant_id_id_fk" FOREIGN KEY ("tenant_id","incident_id") REFERENCES "public"."incidents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_drafts" ADD CONSTRAINT "export_drafts_tenant_id_bundle_id_export_bundles_tenant_id_bundle_id_fk" FOREIGN KEY ("tenant_id","bundle_id") REFERENCES "public"."export_bundles"("tenant_id","bundle_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_parts" ADD CONSTRAINT "export_parts_tenant_id_bundle_id_export_bundles_tenant_id_bundle_id_fk" FOREIGN KEY ("tenant_id","bundle_id") REFERENCES "public"."export_bundles"("tenant_id","bundle_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_reviews" ADD CONSTRAINT "export_reviews_tenant_id_bundle_id_export_bundles_tenant_id_bundle_id_fk" FOREIGN KEY ("tenant_id","bundle_id") REFERENCES "public"."export_bundles"("tenant_id","bundle_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "export_bundles_list_idx" ON "export_bundles" USING btree ("tenant_id","created_at","bundle_id");--> statement-breakpoint
CREATE INDEX "export_bundles_incident_idx" ON "export_bundles" USING btree ("tenant_id","incident_id","created_at");--> statement-breakpoint
CREATE INDEX "export_reviews_bundle_idx" ON "export_reviews" USING btree ("tenant_id","bundle_id","reviewed_at");--> statement-breakpoint
CREATE INDEX "checkpoints_size_idx" ON "checkpoints" USING btree ("tenant_id","size","signed_at");--> statement-breakpoint
CREATE INDEX "leaf_sources_order_idx" ON "leaf_sources" USING btree ("tenant_id","at","id");--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "place" bigint GENERATED ALWAYS AS IDENTITY;--> statement-breakpoint
CREATE INDEX "outbox_place_idx" ON "outbox" USING btree ("tenant_id","place");--> statement-breakpoint
-- Every row is taken away soon after it was written: what is dead must not pile up in front of what is not.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);--> statement-breakpoint
ALTER TABLE "leaf_sources" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
