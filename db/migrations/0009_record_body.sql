ALTER TABLE "trace_records" DROP COLUMN "body";--> statement-breakpoint
-- By hand: a record and its answer are three to four kilobytes of text. Packing them, and putting what is still too long elsewhere,
-- was most of what a step's row cost; this leaves rows as they are up to a page's size.
ALTER TABLE "trace_records" SET (toast_tuple_target = 8160);
