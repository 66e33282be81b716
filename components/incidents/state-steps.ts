import type { BarStep } from "@/components/data/step-bar";
import type { Incident } from "@/server/incidents/contract";

type Dated = Pick<Incident, "status" | "created_at" | "acknowledged_at" | "resolved_at">;

/** The way from open to resolved. One that was resolved without being acknowledged has no such step. */
export function stepsOf({ status, created_at, acknowledged_at, resolved_at }: Dated): BarStep[] {
  const opened: BarStep = {
    id: "active",
    label: "Active",
    at: created_at,
    state: status === "active" ? "current" : "done",
  };
  const taken: BarStep = {
    id: "acknowledged",
    label: "Acknowledged",
    at: acknowledged_at,
    state: status === "acknowledged" ? "current" : acknowledged_at === null ? "todo" : "done",
  };
  const closed: BarStep = {
    id: "resolved",
    label: "Resolved",
    at: resolved_at,
    state: status === "resolved" ? "done" : "todo",
  };
  return status === "resolved" && acknowledged_at === null ? [opened, closed] : [opened, taken, closed];
}
