import { makeBundleJob } from "@/server/exports/make-bundle-job";
import type { AnyJob } from "@/server/platform/jobs/define-job";

/** Every job of the product, for the process that runs them. */
export const allJobs: readonly AnyJob[] = [makeBundleJob];
