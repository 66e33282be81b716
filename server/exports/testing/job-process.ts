// Makes bundles as a process of its own, to be killed in the middle of one.

import { makeBundleJob } from "@/server/exports/make-bundle-job";
import { startJobs } from "@/server/platform/jobs/start-jobs";

await startJobs([makeBundleJob]);
process.send?.("started");
