"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleX, Hourglass, RotateCw } from "lucide-react";
import { Facts } from "@/components/data/facts";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { Button, ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Identifier } from "@/components/ui/identifier";
import { SkeletonRows } from "@/components/ui/skeleton";
import { getTrace, type RunActivity, type Trace } from "@/server/activity/contract";
import { verifyRun } from "@/server/gate/contract";
import { api } from "@/server/platform/http/client";
import { type ProofLine, type ProofState, proofLines, type Verification } from "./proof-lines";
import { ofRun } from "./run-reads";

/** Computes the evidence of the run again, and shows the chain it rests on. */
export function ProofPanel({ run }: { run: RunActivity }) {
  return (
    <div className="@container">
      <div className="grid min-w-0 gap-6 @3xl:grid-cols-2">
        <Checks run={run} />
        <Chain run={run} />
      </div>
    </div>
  );
}

function Checks({ run }: { run: RunActivity }) {
  const query = useQuery({ ...api.query(verifyRun, ofRun(run.run_id)), staleTime: 0 });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <QueryView query={query} skeleton={<SkeletonRows rows={6} columns={2} />}>
        {(found) => <Verdict found={found} />}
      </QueryView>
      <div className="flex flex-wrap gap-2">
        <Button icon={<RotateCw />} pending={query.isFetching} onClick={() => void query.refetch()}>
          Verify again
        </Button>
        {run.incident_id === null ? null : (
          <ButtonLink href={`/incidents/${run.incident_id}#exports`}>Export the evidence</ButtonLink>
        )}
      </div>
      {run.incident_id === null ? (
        <p className="text-muted text-xs">Evidence is exported with an incident, and this run has none.</p>
      ) : null}
    </div>
  );
}

function Verdict({ found }: { found: Verification }) {
  const lines = proofLines(found);
  return (
    <>
      {found.verified ? (
        <Callout tone="allow" title="Verified: nothing was changed">
          Everything was computed again from the rows just now, and no stored hash was believed.
        </Callout>
      ) : (
        <Callout tone="critical" title="Not verified: the evidence was changed">
          Do not rely on this trace. Keep the database as it is, and compare with receipts and checkpoints kept outside.
        </Callout>
      )}
      <ul>
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
    </>
  );
}

const marks: Readonly<Record<ProofState, { icon: typeof CircleCheck; look: string; word: string }>> = {
  held: { icon: CircleCheck, look: "text-tone-allow", word: "holds" },
  failed: { icon: CircleX, look: "text-tone-deny", word: "failed" },
  unjudged: { icon: CircleDashed, look: "text-faint", word: "not judged" },
  pending: { icon: Hourglass, look: "text-tone-review", word: "not yet" },
};

function Line({ line: { label, state, detail } }: { line: ProofLine }) {
  const { icon: Icon, look, word } = marks[state];
  return (
    <li className="flex items-start gap-2 border-b py-1.5 last:border-b-0">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look}`} />
      <span className="min-w-0 flex-1">
        <span className="font-medium">{label}</span> <span className="sr-only">{word}. </span>
        <span className="block text-muted text-xs">{detail}</span>
      </span>
    </li>
  );
}

/** The hashes in the order in which they follow from each other. */
function Chain({ run }: { run: RunActivity }) {
  const query = useQuery(api.query(getTrace, { params: { trace_id: run.trace_id } }));
  return (
    <QueryView query={query} skeleton={<SkeletonRows rows={6} columns={2} />}>
      {({ entity }) => <ChainFacts trace={entity} run={run} />}
    </QueryView>
  );
}

function ChainFacts({ trace, run }: { trace: Trace; run: RunActivity }) {
  const hash = (value: string | null, label: string) =>
    value === null ? "none yet" : <Identifier value={value} label={label} />;
  const { seal } = trace;
  return (
    <div className="min-w-0">
      <h3 className="pb-2 font-medium">The chain</h3>
      <Facts
        items={[
          { label: "Snapshot", value: hash(run.policy_snapshot?.content_hash ?? null, "Snapshot hash") },
          { label: "Genesis", value: hash(trace.genesis_hash, "Genesis hash") },
          { label: "Root", value: hash(trace.root_hash, "Root hash"), hint: "Of the last record before the seal" },
          {
            label: "Seal",
            value: hash(seal?.seal_hash ?? null, "Seal hash"),
            hint: seal ? `Over ${seal.records} records` : undefined,
          },
          { label: "Sealed", value: seal ? <Time at={seal.sealed_at} mode="exact" /> : "not yet" },
          {
            label: "Head",
            value: hash(trace.head_hash, "Head hash"),
            hint: trace.late_records > 0 ? `${trace.late_records} late records follow the seal` : undefined,
          },
          { label: "Trace", value: <Identifier value={trace.trace_id} label="Trace id" /> },
        ]}
      />
    </div>
  );
}
