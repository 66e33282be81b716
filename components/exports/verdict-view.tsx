import { CircleCheck, CircleX } from "lucide-react";
import { Callout } from "@/components/ui/callout";
import type { FileVerdict } from "@/server/exports/contract";
import { questionOf, verdictWords } from "./verdict-words";

/** What verification found, every check in words; failed ones first, as the first failure is where to look. */
export function VerdictView({ verdict, fileName }: { verdict: FileVerdict; fileName: string }) {
  const { tone, title, text } = verdictWords(verdict);
  const checks = [...verdict.checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <Callout tone={tone} title={`${title}: ${fileName}`}>
        {text}
        {!verdict.verified && /\.csv$/i.test(fileName)
          ? " A CSV carries no proof: check the PDF or JSON of the same incident, and compare the column “hash”."
          : null}
      </Callout>
      <ul className="flex flex-col divide-y divide-line border-line border-y">
        {checks.map((check) => (
          <li key={check.name} className="flex gap-2.5 py-2">
            {check.ok ? (
              <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-tone-allow" />
            ) : (
              <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-tone-deny" />
            )}
            <div className="min-w-0">
              <p>
                {questionOf(check.name)} <span className="font-medium">{check.ok ? "Yes." : "No."}</span>
                {check.name === verdict.first_failure ? <span className="text-tone-deny"> First failure.</span> : null}
              </p>
              {check.detail === "" ? null : <p className="break-words text-muted text-xs">{check.detail}</p>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
