import { amountOf } from "@/components/activity/metric-words";
import { Meter } from "@/components/data/meter";
import type { Limit, LimitUsage } from "@/server/policies/wire";

interface LimitGaugeProps {
  limit: Pick<Limit, "name" | "limit_type" | "max_value" | "near_percentage" | "limit_category" | "status">;
  usage: LimitUsage;
}

/** How full a counter is: used, and what is reserved and presumed beside it. */
export function LimitGauge({ limit, usage }: LimitGaugeProps) {
  if (limit.status === "disabled") return <span className="text-faint text-xs">switched off</span>;
  const taken = takenOf(usage);
  if (taken === null && limit.limit_category === "THRESHOLD") {
    return <span className="text-faint text-xs">counted in each run</span>;
  }
  const of = amountOf(limit.limit_type, limit.max_value);
  return (
    <Meter
      label={`Used of “${limit.name}”`}
      value={taken}
      max={limit.max_value}
      near={limit.near_percentage / 100}
      text={taken === null ? `unknown of ${of}` : `${bare(amountOf(limit.limit_type, taken))} of ${of}`}
    />
  );
}

/** What cannot be had any more; null where it is not known. */
export function takenOf({ used, reserved, presumed }: LimitUsage): number | null {
  return used === null ? null : used + (reserved ?? 0) + (presumed ?? 0);
}

function bare(amount: string): string {
  return amount.replace(/ [a-z]+$/, "");
}
