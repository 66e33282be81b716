import type { Metadata } from "next";
import { Prefetched, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { HighlightsView } from "@/components/overview/highlights-view";
import { daysOf } from "@/components/overview/period";
import { getHighlights } from "@/server/overview/contract";

export const metadata: Metadata = { title: "Highlights" };

export default async function HighlightsPage({ searchParams }: PageProps<"/overview/highlights">) {
  const days = daysOf((await rangeOf(searchParams)).range);
  return (
    <Prefetched reads={[read(getHighlights, { query: { days } })]}>
      <HighlightsView days={days} />
    </Prefetched>
  );
}
