"use client";

import { useQuery } from "@tanstack/react-query";
import { Facts } from "@/components/data/facts";
import { count, words } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";
import { Section } from "@/components/ui/section";
import { verifyRun } from "@/server/gate/contract";
import { api } from "@/server/platform/http/client";

/** Chain, seal and snapshot of the run computed again from its rows, when asked. */
export function RunProof({ runId }: { runId: string }) {
  const may = useMay("runs:read");
  const proof = useQuery({ ...api.query(verifyRun, { params: { run_id: runId } }), enabled: false });
  return (
    <Section
      title="Integrity"
      aside={
        <Button size="small" disabled={!may} pending={proof.isFetching} onClick={() => void proof.refetch()}>
          {proof.data ? "Check again" : "Check now"}
        </Button>
      }
    >
      {proof.error ? <Failed error={proof.error} /> : null}
      {proof.data ? (
        <Verdict {...proof.data} />
      ) : (
        <p className="text-muted">
          {may
            ? "Computes chain, seal and policies of this run again, from the rows."
            : "This needs the permission runs:read."}
        </p>
      )}
    </Section>
  );
}

interface VerdictProps {
  verified: boolean;
  sealed: boolean;
  checked: number;
  late_records: number;
  first_bad_seq: number | null;
  reason: string | null;
  checkpoint_size: number | null;
}

function Verdict({ verified, sealed, checked, late_records, first_bad_seq, reason, checkpoint_size }: VerdictProps) {
  return (
    <div className="flex flex-col gap-2" role="status">
      <p className="flex items-center gap-2">
        <Mark tone={verified ? "allow" : "critical"}>{verified ? "Verified" : "Broken"}</Mark>
        <span>{verified ? "Every record is as it was written." : `${words(reason)}.`}</span>
      </p>
      <Facts
        items={[
          { label: "Records checked", value: count(checked) },
          { label: "Sealed", value: sealed ? "yes" : "not yet" },
          { label: "Came late", value: count(late_records) },
          ...(first_bad_seq === null ? [] : [{ label: "First bad record", value: count(first_bad_seq) }]),
          {
            label: "Signed checkpoint",
            value: checkpoint_size === null ? "not yet in one" : `of ${count(checkpoint_size)} leaves`,
          },
        ]}
      />
    </div>
  );
}
