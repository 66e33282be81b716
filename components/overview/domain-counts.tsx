import { count, words } from "@/components/data/format";
import { hrefOfLink } from "@/components/shell/topic-strip";
import { Link } from "@/components/ui/link";
import type { DomainCount } from "@/server/overview/contract";

/** What is counted: in words for any number, or for one and for others. */
type Meaning = string | readonly [one: string, others: string];

const meanings: Readonly<Record<DomainCount["domain"], { total: Meaning; pending: Meaning; critical: Meaning }>> = {
  activity: { total: ["run", "runs"], pending: "waiting", critical: "live and over a limit" },
  incidents: { total: ["incident", "incidents"], pending: "unacknowledged", critical: "open, high or critical" },
  policies: {
    total: ["active rule", "active rules"],
    pending: "not in force yet",
    critical: ["violation in 24 hours", "violations in 24 hours"],
  },
  logs: {
    total: ["run record", "run records"],
    pending: ["run without one yet", "runs without one yet"],
    critical: ["break of the log", "breaks of the log"],
  },
  connectivity: { total: ["key", "keys"], pending: ["expires in 7 days", "expire in 7 days"], critical: "frozen" },
};

export function DomainCounts({ counts }: Readonly<{ counts: readonly DomainCount[] }>) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse text-left">
        <thead className="text-muted text-xs">
          <tr className="border-b border-line">
            <th className="py-1 pr-4 font-normal">Domain</th>
            <th className="py-1 pr-4 font-normal max-sm:hidden">In all</th>
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
      <td className="pr-4 max-sm:hidden">
        <Cell value={one.total} more={one.total_is_lower_bound} of={meaning.total} />
      </td>
      <td className="pr-4">
        <Cell value={one.pending} of={meaning.pending} />
      </td>
      <td className={isCritical ? "font-medium text-tone-critical" : undefined}>
        <Cell value={one.critical} of={meaning.critical} />
      </td>
    </tr>
  );
}

function Cell({ value, more = false, of }: Readonly<{ value: number | null; more?: boolean; of: Meaning }>) {
  const [one, others] = typeof of === "string" ? [of, of] : of;
  return (
    <>
      <span className="tabular-nums">
        {count(value)}
        {more ? "+" : ""}
      </span>{" "}
      <span className="font-normal text-muted">{value === 1 ? one : others}</span>
    </>
  );
}
