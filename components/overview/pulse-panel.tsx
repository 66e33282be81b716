import { count } from "@/components/data/format";
import { SummaryStrip } from "@/components/data/summary-strip";
import { hrefOfLink } from "@/components/shell/topic-strip";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { Mark, type Tone } from "@/components/ui/mark";
import { toneFill, toneIcons, toneText } from "@/components/ui/tones";
import type { Pulse, PulseReason, PulseStatus } from "@/server/overview/contract";

interface Look {
  tone: Tone;
  title: string;
  lead: string;
}

const looks: Readonly<Record<PulseStatus, Look>> = {
  CRITICAL: { tone: "critical", title: "Critical", lead: "Something grave is open. Begin with the first line." },
  ATTENTION_NEEDED: { tone: "review", title: "Attention needed", lead: "Somebody's word is waited for." },
  HEALTHY: { tone: "allow", title: "Healthy", lead: "Nothing is waiting for you." },
};
const unknown: Look = {
  tone: "error",
  title: "Unknown",
  lead: "Nothing bad is known, but not everything could be read.",
};

/** The one thing to see first: whether all is well, and if not, why and where to go. */
export function PulsePanel({ pulse, asOf }: Readonly<{ pulse: Pulse; asOf: string }>) {
  const { tone, title, lead } = pulse.status === null ? unknown : looks[pulse.status];
  const Icon = toneIcons[tone];
  return (
    <section aria-label="Pulse" className="relative pl-4">
      <span aria-hidden className={classes("absolute inset-y-0 left-0 w-1 rounded-full", toneFill[tone])} />
      <h2 className={classes("flex items-center gap-2 font-semibold text-xl", toneText[tone])}>
        <Icon aria-hidden className="size-5" />
        {title}
      </h2>
      <p className="text-muted">{lead}</p>
      {pulse.reasons.length === 0 ? null : (
        <ul className="mt-3 flex flex-col">
          {pulse.reasons.map((reason) => (
            <Reason key={reason.code} reason={reason} />
          ))}
        </ul>
      )}
      <SummaryStrip items={figuresOf(pulse)} asOf={asOf} />
    </section>
  );
}

function Reason({ reason: { status, text, link } }: Readonly<{ reason: PulseReason }>) {
  return (
    <li>
      <Link
        href={hrefOfLink(link)}
        className="-mx-2 flex min-h-8 items-center gap-3 rounded-md px-2 py-1 hover:bg-hover"
      >
        <Mark tone={status === "CRITICAL" ? "critical" : "review"}>
          {status === "CRITICAL" ? "Critical" : "Attention"}
        </Mark>
        <span className="flex-1 font-medium">{text}</span>
        <span aria-hidden className="text-muted">
          →
        </span>
      </Link>
    </li>
  );
}

function figuresOf(pulse: Pulse) {
  return [
    { label: "Live runs", value: count(pulse.live_runs), href: "/activity/live" },
    { label: "Queued", value: count(pulse.queued_runs), href: "/activity/live?status=queued" },
    {
      label: "Near a limit",
      value: count(pulse.near_threshold),
      href: "/activity/live",
      ...raised(pulse.near_threshold, "review"),
    },
    { label: "Finished in 15 minutes", value: count(pulse.finished_recently), href: "/activity/completed?range=1h" },
    {
      label: "Violations in 24 hours",
      value: count(pulse.recent_breaches),
      href: "/policies/violations?range=24h",
      ...raised(pulse.recent_breaches, "deny"),
    },
    { label: "Steps that never ran", value: count(pulse.violations_prevented), hint: "held back, 24 hours" },
  ];
}

function raised(value: number | null, tone: Tone): { tone?: Tone } {
  return value !== null && value > 0 ? { tone } : {};
}
