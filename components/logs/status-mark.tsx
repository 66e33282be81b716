import { words } from "@/components/data/format";
import { Mark, type Tone } from "@/components/ui/mark";
import type { ExecutionStatus, LogEntry } from "@/server/logs/contract";

const tones: Readonly<Record<ExecutionStatus, Tone>> = {
  SUCCEEDED: "allow",
  FAILED: "error",
  ABORTED: "neutral",
  TIMEOUT: "review",
};

interface StatusMarkProps {
  status: ExecutionStatus;
  /** Why it ended, where that says more. */
  reason?: string | null;
}

/** How a run ended. A stop by policy is the agent's doing and not a fault of the system: it has its own tone. */
export function StatusMark({ status, reason = null }: StatusMarkProps) {
  const isPolicy = reason !== null && policyReasons.has(reason);
  return (
    <Mark tone={isPolicy ? "deny" : tones[status]} quiet={status === "SUCCEEDED"}>
      {reason === null || reason === "completed" ? words(status) : words(reason)}
    </Mark>
  );
}

const policyReasons = new Set(["policy_block", "budget_exceeded", "rate_limited"]);

const levelTones: Readonly<Record<LogEntry["level"], Tone>> = { INFO: "neutral", WARN: "review", ERROR: "error" };

export function LevelMark({ level }: { level: LogEntry["level"] }) {
  return (
    <Mark tone={levelTones[level]} quiet>
      {words(level)}
    </Mark>
  );
}
