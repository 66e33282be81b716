import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import type { Tone } from "@/components/ui/mark";
import { toneText } from "@/components/ui/tones";
import { Time } from "./time";

export interface SummaryItem {
  label: string;
  value: ReactNode;
  tone?: Tone;
  href?: string;
  hint?: ReactNode;
}

interface SummaryStripProps {
  items: readonly SummaryItem[];
  /** When the numbers were counted. */
  asOf?: string | null;
}

/** A topic's numbers in one line; each may lead to the rows behind it. */
export function SummaryStrip({ items, asOf }: SummaryStripProps) {
  return (
    <div className="flex flex-wrap items-start gap-x-8 gap-y-3 py-3">
      {items.map((item) => (
        <Item key={item.label} item={item} />
      ))}
      {asOf ? (
        <p className="ml-auto self-end text-faint text-xs">
          As of <Time at={asOf} />
        </p>
      ) : null}
    </div>
  );
}

function Item({ item: { label, value, tone, href, hint } }: { item: SummaryItem }) {
  const content = (
    <>
      <span className="block text-muted text-xs">{label}</span>
      <span className={classes("block font-semibold text-lg tabular-nums", tone ? toneText[tone] : undefined)}>
        {value ?? "unknown"}
      </span>
      {hint ? <span className="block text-faint text-xs">{hint}</span> : null}
    </>
  );
  if (href === undefined) return <div className="min-w-16">{content}</div>;
  return (
    <Link href={href} className="-mx-2 -my-1 min-w-16 rounded-md px-2 py-1 hover:bg-hover">
      {content}
    </Link>
  );
}
