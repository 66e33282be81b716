import { type Fact, Facts } from "@/components/data/facts";
import { words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import type { EvidenceMetadata } from "@/server/logs/contract";

/** Where an entry comes from and what it belongs to, as every answer of the logs says it. */
export function EvidenceFacts({ evidence }: { evidence: EvidenceMetadata }) {
  const { human_actor_id, agent_id, system_id, trace_id, correlation_id, export_id } = evidence;
  return (
    <Facts
      items={[
        { label: "Domain", value: words(evidence.source_domain) },
        { label: "Component", value: evidence.source_component },
        { label: "Origin", value: evidence.origin === null ? null : words(evidence.origin) },
        ...id("Person", human_actor_id),
        ...id("Agent", agent_id),
        ...id("System", system_id),
        { label: "Occurred", value: <Time at={evidence.occurred_at} mode="exact" /> },
        { label: "Recorded", value: <Time at={evidence.recorded_at} mode="exact" /> },
        ...id("Trace", trace_id),
        ...links("Policies", evidence.policy_ids, (policy) => `/policies/rules/${policy}`),
        ...links("Incidents", evidence.incident_ids, (incident) => `/incidents/${incident}`),
        ...id("Export", export_id),
        ...id("Request", correlation_id),
        ...id("Checksum", evidence.checksum),
        { label: "Immutable", value: evidence.immutable ? "yes: the database refuses to change it" : null },
      ]}
    />
  );
}

function id(label: string, value: string | null): Fact[] {
  return value === null ? [] : [{ label, value: <Identifier value={value} label={label} /> }];
}

function links(label: string, ids: readonly string[], hrefOf: (id: string) => string): Fact[] {
  if (ids.length === 0) return [];
  const value = ids.map((one) => <Identifier key={one} value={one} href={hrefOf(one)} label={label} />);
  return [{ label, value: <span className="flex flex-wrap gap-x-2">{value}</span> }];
}
