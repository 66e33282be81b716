// A process that runs jobs, to be killed: it takes one, says so on its output with its process id, and never finishes it.

import { z } from "zod";
import { defineJob } from "@/server/platform/jobs/define-job";
import { startJobs } from "@/server/platform/jobs/start-jobs";

const hanging = defineJob("test.hanging", {
  payload: z.strictObject({ tenant_id: z.string(), thing_id: z.string() }),
  handler({ thing_id }) {
    console.info(JSON.stringify({ pid: process.pid, thing_id }));
    return new Promise(() => {});
  },
});
await startJobs([hanging]);
