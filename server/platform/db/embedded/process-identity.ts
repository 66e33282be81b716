// A pid alone says nothing after a reboot, in another container, or once it was given to somebody else. An identity adds
// what tells those apart: the boot, the pid namespace and the process's own start time.

import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

export type ProcessIdentity = { pid: number; started: string; boot: string; namespace: string };

/** The identity of a live process, or null when there is none (a zombie counts as none). */
export function identityOf(pid: number): ProcessIdentity | null {
  const started = startTime(pid);
  return started === null ? null : { pid, started, boot: bootId(), namespace: pidNamespace() };
}

/** Whether `other` was written by a process whose pid can be looked up from here. */
export function isOfThisNamespace(other: ProcessIdentity): boolean {
  return other.boot === bootId() && other.namespace === pidNamespace();
}

/** Whether that very process still lives. Only meaningful for identities of this namespace. */
export function isAlive(identity: ProcessIdentity): boolean {
  return startTime(identity.pid) === identity.started;
}

/** The folder a process stands in; null when it is gone or may not be asked about. */
export function workingFolderOf(pid: number): string | null {
  try {
    if (process.platform === "linux") return readlinkSync(`/proc/${pid}/cwd`);
    const listing = execFileSync("lsof", ["-a", "-p", String(pid), "-d", "cwd", "-Fn"], { encoding: "utf8" });
    return /^n(.+)$/m.exec(listing)?.[1] ?? null;
  } catch {
    return null;
  }
}

function startTime(pid: number): string | null {
  try {
    return process.platform === "linux" ? linuxStartTime(pid) : psStartTime(pid);
  } catch {
    return null;
  }
}

// proc(5): the second field may hold spaces and brackets, so fields are counted from its last ")": the state is the
// first behind it, the start time in clock ticks since boot the twentieth.
function linuxStartTime(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

function psStartTime(pid: number): string | null {
  const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/);
  return state === undefined || state.startsWith("Z") ? null : started.join(" ");
}

function bootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return execFileSync("sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" }).trim();
}

function pidNamespace(): string {
  return process.platform === "linux" ? readlinkSync("/proc/self/ns/pid") : "";
}
