import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import { figureText, hrefOfLink } from "@/components/shell/topic-strip";
import { Link } from "@/components/ui/link";
import type { Change } from "@/server/overview/contract";

const arrows = { up: ArrowUp, down: ArrowDown, flat: ArrowRight } as const;
const arrowWords = { up: "more than before", down: "less than before", flat: "as before" } as const;

/** Each figure beside what it was; the arrow says the direction, its colour whether that is good news. */
export function Changes({ figures }: Readonly<{ figures: readonly Change[] }>) {
  return (
    <table className="w-full border-collapse text-left">
      <thead className="sr-only">
        <tr>
          <th>What</th>
          <th>Now</th>
          <th>Before</th>
        </tr>
      </thead>
      <tbody>
        {figures.map((figure) => (
          <Row key={figure.key} figure={figure} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ figure }: Readonly<{ figure: Change }>) {
  return (
    <tr className="h-(--row) border-b border-line">
      <th scope="row" className="pr-4 font-normal">
        {figure.link === null ? (
          figure.label
        ) : (
          <Link href={hrefOfLink(figure.link)} className="hover:underline">
            {figure.label}
          </Link>
        )}
      </th>
      <td className="w-20 text-right font-semibold tabular-nums">{figureText(figure.current, figure.unit)}</td>
      <td className="w-8 pl-2">
        <Direction figure={figure} />
      </td>
      <td className="w-28 text-muted tabular-nums">before {figureText(figure.previous, figure.unit)}</td>
    </tr>
  );
}

function Direction({ figure: { trend, more_is_better } }: Readonly<{ figure: Change }>) {
  if (trend === null) return null;
  const Arrow = arrows[trend];
  const isGood = more_is_better === null || trend === "flat" ? null : (trend === "up") === more_is_better;
  const tone = isGood === null ? "text-muted" : isGood ? "text-tone-allow" : "text-tone-deny";
  return (
    <span title={arrowWords[trend]} className={tone}>
      <Arrow aria-hidden className="size-3.5" />
      <span className="sr-only">{arrowWords[trend]}</span>
    </span>
  );
}
