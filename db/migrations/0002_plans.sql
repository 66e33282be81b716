DROP INDEX "runs_started_idx";--> statement-breakpoint
DROP INDEX "trace_records_step_idx";--> statement-breakpoint
CREATE INDEX "runs_started_idx" ON "runs" USING btree ("tenant_id","started_at");--> statement-breakpoint
CREATE INDEX "trace_records_step_idx" ON "trace_records" USING btree ("tenant_id","run_id","step_index") WHERE step_index is not null;--> statement-breakpoint
ALTER TABLE "runs" SET (fillfactor = 50);
