import { Lock, RotateCw, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy";
import { Forbidden, NotFound, ProblemError } from "@/server/platform/http/problem";

interface Place {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

function Centred({ icon, title, children, action }: Place) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-14 text-center">
      {icon ? <div className="mb-3 text-faint [&_svg]:size-5">{icon}</div> : null}
      <p className="font-medium text-base">{title}</p>
      {children ? <div className="mt-1 text-muted">{children}</div> : null}
      {action ? <div className="mt-4 flex gap-2">{action}</div> : null}
    </div>
  );
}

/** First use: one sentence, then the exact next step. */
export function EmptyState({ title, children, action }: Omit<Place, "icon">) {
  return (
    <Centred title={title} action={action}>
      {children}
    </Centred>
  );
}

export function FilteredEmpty({ onClear }: { onClear(): void }) {
  return (
    <Centred icon={<SearchX />} title="Nothing matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
      No entry passes these filters in this time.
    </Centred>
  );
}

/** A failure contained to its panel: what it is, what to quote to support, and another try. */
export function ErrorState({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  if (Forbidden.matches(error) && error instanceof ProblemError) {
    return <ForbiddenState permission={String(error.members.permission ?? "unknown")} />;
  }
  const { title, detail, requestId } = told(error);
  // What is not there will not be there at a second look.
  const isWorthTrying = !NotFound.matches(error);
  return (
    <div role="alert" className="flex flex-wrap items-start gap-3 rounded-lg bg-tone-error-soft px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{title}</p>
        {detail === title ? null : <p className="mt-0.5 text-muted">{detail}</p>}
        {requestId === null ? null : (
          <p className="mt-1 flex items-center gap-1 text-muted text-xs">
            Request <code className="break-all">{requestId}</code>
            <CopyButton value={requestId} label="Copy request id" />
          </p>
        )}
      </div>
      {retry && isWorthTrying ? (
        <Button size="small" icon={<RotateCw />} onClick={retry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

function told(error: unknown): { title: string; detail: string; requestId: string | null } {
  if (error instanceof ProblemError) {
    return { title: error.title, detail: error.message, requestId: error.requestId };
  }
  const detail = "Check the connection; what is on screen may be old.";
  return { title: "The server could not be reached", detail, requestId: null };
}

export function ForbiddenState({ permission }: { permission: string }) {
  return (
    <Centred icon={<Lock />} title="You may not see this">
      It needs the permission <code className="text-ink">{permission}</code>. An owner or admin of this tenant can give
      you a role that has it, under Account → Members.
    </Centred>
  );
}

/** Kept data that could not be refreshed. `at`: when it was read, as a `Time` or a text. */
export function StaleBanner({ at }: { at: ReactNode }) {
  return (
    <div role="status" className="flex items-center gap-2 bg-tone-review-soft px-3 py-1.5 text-xs">
      <span className="size-1.5 rounded-full bg-tone-review" aria-hidden />
      <span>Not refreshed since {at}. The next try is under way.</span>
    </div>
  );
}
