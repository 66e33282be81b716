import { constants, setPriority } from "node:os";

/**
 * Lets the calling thread stand behind the process's others for the processor. On Linux a priority is a thread's own;
 * elsewhere it would be the whole process's, so nothing is done there.
 */
export function standBehind(): void {
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
