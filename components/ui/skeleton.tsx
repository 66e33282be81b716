import { classes } from "@/components/ui/classes";

/** A grey bar the size of what is to come. Say "Loading" once, around it, not in it. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return <span aria-hidden className={classes("block animate-pulse rounded bg-line", className ?? "h-3 w-full")} />;
}

const widths = ["w-3/5", "w-2/5", "w-4/5", "w-1/2", "w-2/3"] as const;

/** Rows of the final height, so that nothing moves when the answer comes. */
export function SkeletonRows({ rows, columns }: { rows: number; columns: number }) {
  const places = (length: number) => Array.from({ length }, (_, at) => at);
  return (
    <div role="status" aria-label="Loading">
      {places(rows).map((row) => (
        <div key={row} className="flex h-(--row) items-center gap-4 border-b px-3">
          {places(columns).map((column) => (
            <div key={column} className="min-w-0 flex-1">
              <Skeleton className={classes("h-2.5", widths[(row + column * 2) % widths.length])} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
