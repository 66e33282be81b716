import type { ReactNode } from "react";

export interface Fact {
  label: string;
  value: ReactNode;
  hint?: ReactNode;
}

/** Label and value in two columns; null and undefined values read "unknown". */
export function Facts({ items }: { items: readonly Fact[] }) {
  return (
    <dl className="grid content-start grid-cols-[minmax(7rem,max-content)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {items.map(({ label, value, hint }) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid items-baseline">
          <dt className="text-muted">{label}</dt>
          <dd className="min-w-0 break-words text-ink tabular-nums">
            {value === null || value === undefined || value === "" ? (
              <span className="text-faint">unknown</span>
            ) : (
              value
            )}
            {hint ? <span className="block text-xs text-muted">{hint}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}
