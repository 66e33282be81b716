import Link from "next/link";
import { count, words } from "@/components/data/format";
import { hrefOfLink } from "@/components/shell/topic-strip";
import type { DomainCount } from "@/server/overview/contract";

const meanings: Readonly<Record<DomainCount["domain"], { total: string; pending: string; critical: string }>> = {
  activity: { total: "runs", pending: "waiting", critical: "live and over a limit" },
  incidents: { total: "incidents", pending: "unacknowledged", critical: "open, high or critical" },
  policies: { total: "active rules", pending: "not in force yet", critical: "violations in 24 hours" },
  logs: { total: "run records", pending: "runs without one yet", critical: "breaks of the log" },
  connectivity: { total: "keys", pending: "expire in 7 days", critical: "frozen" },
};

export function DomainCounts({ counts }: Readonly<{ counts: readonly DomainCount[] }>) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-md border-collapse text-left">
        <thead className="text-muted text-xs">
          <tr className="border-b border-line">
            <th className="py-1 pr-4 font-normal">Domain</th>
            <th className="py-1 pr-4 font-normal">In all</th>
            <th className="py-1 pr-4 font-normal">Pending</th>
            <th className="py-1 font-normal">Critical</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((one) => (
            <Row key={one.domain} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one }: Readonly<{ one: DomainCount }>) {
  const meaning = meanings[one.domain];
  const isCritical = one.critical !== null && one.critical > 0;
  return (
    <tr className="h-(--row) border-b border-line">
      <th scope="row" className="pr-4 font-medium">
        <Link href={hrefOfLink(one.link)} className="hover:underline">
          {words(one.domain)}
        </Link>
      </th>
      <td className="pr-4">
        <Cell value={`${count(one.total)}${one.total_is_lower_bound ? "+" : ""}`} of={meaning.total} />
      </td>
      <td className="pr-4">
        <Cell value={count(one.pending)} of={meaning.pending} />
      </td>
      <td className={isCritical ? "font-medium text-tone-critical" : undefined}>
        <Cell value={count(one.critical)} of={meaning.critical} />
      </td>
    </tr>
  );
}

function Cell({ value, of }: Readonly<{ value: string; of: string }>) {
  return (
    <>
      <span className="tabular-nums">{value}</span> <span className="font-normal text-muted">{of}</span>
    </>
  );
}
