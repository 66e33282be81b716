import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";

interface EntryPageProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}

/** The frame of every page in front of the console. */
export function EntryPage({ title, lead, children, foot }: Readonly<EntryPageProps>) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-90 flex-col justify-center px-5 py-12">
      <p className="mb-8 flex items-center gap-2 font-semibold text-base">
        <ShieldCheck aria-hidden className="size-5 text-accent" />
        Holdpoint
      </p>
      <h1 className="font-semibold text-xl">{title}</h1>
      {lead ? <p className="mt-1 text-muted">{lead}</p> : null}
      <div className="mt-6">{children}</div>
      {foot ? <p className="mt-6 text-muted">{foot}</p> : null}
    </main>
  );
}
