"use client";

// Each page brings this along and hardly one needs it: what it draws is fetched when it is needed. Where that fails as well,
// a few words do.

import { lazy, Suspense } from "react";

const FaultView = lazy(() =>
  import("@/app/fault-view").then(
    (loaded) => ({ default: loaded.FaultView }),
    () => ({ default: BareFault }),
  ),
);

export default function PageError(props: Readonly<{ error: unknown; retry(): void }>) {
  return (
    <Suspense>
      <FaultView {...props} />
    </Suspense>
  );
}

function BareFault() {
  return (
    <main className="mx-auto max-w-90 px-5 py-12">
      <h1 className="font-semibold text-xl">This page failed</h1>
      <p className="mt-1">Nothing was changed by it.</p>
      <button type="button" className="mt-6 underline" onClick={() => window.location.reload()}>
        Try again
      </button>
    </main>
  );
}
