import { Timeline } from "@/components/data/timeline";
import { ButtonLink } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Tone } from "@/components/ui/mark";
import { EmptyState } from "@/components/ui/states";
import type { LatestEvent } from "@/server/overview/contract";

export function LatestEvents({ events }: Readonly<{ events: readonly LatestEvent[] | null }>) {
  if (events === null) return <p className="text-muted">unknown</p>;
  if (events.length === 0) {
    return (
      <EmptyState
        title="Nothing has happened yet"
        action={
          <ButtonLink href="/connectivity/sdk-integration" variant="primary">
            Connect a runner
          </ButtonLink>
        }
      >
        Connect a runner, and its first run appears here as it happens.
      </EmptyState>
    );
  }
  return (
    <Timeline
      items={events.map((event) => ({
        id: String(event.event_id),
        at: event.at,
        tone: toneOf(event),
        title: <Titled event={event} />,
        ...(event.subject === null ? {} : { body: event.subject }),
      }))}
    />
  );
}

function Titled({ event }: Readonly<{ event: LatestEvent }>) {
  const href = hrefOf(event);
  if (href === null) return <>{event.title}</>;
  return (
    <Link href={href} className="hover:underline">
      {event.title}
    </Link>
  );
}

// An event leads to what it is most about.
function hrefOf(event: LatestEvent): string | null {
  if (event.incident_id !== null) return `/incidents/${event.incident_id}`;
  if (event.run_id !== null) return `/activity/runs/${event.run_id}`;
  if (event.limit_id !== null) return `/policies/limits/${event.limit_id}`;
  return event.policy_id === null ? null : `/policies/rules/${event.policy_id}`;
}

function toneOf({ topic }: LatestEvent): Tone {
  if (topic === "run.blocked" || topic === "signal.breach") return "deny";
  if (topic === "incident.created" || topic === "incident.escalated") return "high";
  if (topic === "signal.near" || topic === "step.refused") return "review";
  return topic === "export.failed" ? "error" : "neutral";
}
