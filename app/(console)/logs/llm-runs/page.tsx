import type { Metadata } from "next";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { readAddress } from "@/components/data/address-params";
import { entryInput } from "@/components/logs/entry-input";
import { RunLogView } from "@/components/logs/run-log-view";
import { runLogParams, runLogQuery } from "@/components/logs/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { getLog, listRunRecords } from "@/server/logs/contract";
import { getSummary } from "@/server/overview/contract";

export const metadata: Metadata = { title: "LLM Runs · Logs" };

export default async function RunLogPage({ searchParams }: PageProps<"/logs/llm-runs">) {
  const { since, until } = await rangeOf(searchParams);
  const params = await readAddress(runLogParams, searchParams);
  const bounds = { since, until };
  return (
    <Prefetched
      reads={[
        read(getSummary, stripQuery({ topic: "logs/llm-runs", since, until })),
        ...(params.q === null ? [pages(listRunRecords, { query: runLogQuery(params, bounds) })] : []),
        ...(!params.open ? [] : [read(getLog, entryInput(params.open))]),
      ]}
    >
      <RunLogView since={since} until={until} />
    </Prefetched>
  );
}
