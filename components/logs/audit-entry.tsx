"use client";

import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { Diff } from "@/components/data/diff";
import { type Fact, Facts } from "@/components/data/facts";
import { words } from "@/components/data/format";
import { JsonView } from "@/components/data/json-view";
import { Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import { Section } from "@/components/ui/section";
import type { AuditRecord } from "@/server/logs/contract";
import { deedWords } from "./columns";
import { entityHref } from "./entity-href";

/** Who did what, and what it changed. */
export function AuditEntry({ record }: { record: AuditRecord }) {
  const nameOf = useActorName();
  return (
    <>
      <Section title="Deed">
        <Facts items={deedFacts(record, capitalised(nameOf(record)))} />
      </Section>
      <Section title={changeTitle(record)}>
        {record.before === null && record.after === null ? (
          <p className="text-muted">This deed changed no stored thing.</p>
        ) : (
          <Diff before={record.before} after={record.after} />
        )}
      </Section>
      {record.detail === null ? null : (
        <Section title="Detail">
          <JsonView value={record.detail} label="Detail of the entry" />
        </Section>
      )}
      <Section title="Hashes">
        <Facts
          items={[
            { label: "Entry", value: <Identifier value={record.entry_hash} label="entry hash" /> },
            {
              label: "State after",
              value: record.after_hash === null ? "none" : <Identifier value={record.after_hash} label="state hash" />,
              hint: "What the thing must still hash to, until the next entry about it.",
            },
          ]}
        />
      </Section>
    </>
  );
}

function deedFacts(record: AuditRecord, actor: string): Fact[] {
  const href = entityHref(record.entity_type, record.entity_id);
  return [
    { label: "Action", value: deedWords(record), hint: <code>{record.action}</code> },
    { label: "Actor", value: actor, hint: <Identifier value={record.actor_id} label="actor id" /> },
    {
      label: "Entity",
      value: words(record.entity_type),
      hint: <Identifier value={record.entity_id} href={href} label="entity id" />,
    },
    { label: "Recorded", value: <Time at={record.recorded_at} mode="exact" /> },
    ...(record.run_id === null
      ? []
      : [
          {
            label: "Run",
            value: <Identifier value={record.run_id} href={`/activity/runs/${record.run_id}`} label="run id" />,
          },
        ]),
    ...(record.request_id === null
      ? []
      : [{ label: "Request", value: <Identifier value={record.request_id} label="request id" /> }]),
  ];
}

function changeTitle({ before, after }: AuditRecord): string {
  if (before === null && after !== null) return "What was made";
  return after === null && before !== null ? "What went" : "What changed";
}
