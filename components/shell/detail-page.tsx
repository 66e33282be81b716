import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Remember } from "./remember";

interface DetailPageProps {
  /** From the domain down to the list this thing stands in. */
  crumbs: readonly { href?: string; label: string }[];
  title: ReactNode;
  /** What kind of thing it is, above the title. */
  eyebrow?: ReactNode;
  actions?: ReactNode;
  /** What the command palette calls it, among the recent pages. */
  name?: string;
  children: ReactNode;
}

/** A full page of one thing. */
export function DetailPage({ crumbs, title, eyebrow, actions, name, children }: Readonly<DetailPageProps>) {
  return (
    <div className="flex min-h-full flex-col">
      {name === undefined ? null : <Remember title={name} />}
      <header className="border-b border-line px-4 pt-3 pb-3">
        <nav aria-label="Breadcrumb" className="text-muted text-xs">
          <ol className="flex flex-wrap gap-1">
            {crumbs.map(({ href, label }) => (
              <li key={label} className="after:ml-1 after:content-['›'] last:after:content-none">
                {href === undefined ? (
                  label
                ) : (
                  <Link href={href} className="hover:text-ink hover:underline">
                    {label}
                  </Link>
                )}
              </li>
            ))}
          </ol>
        </nav>
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 pt-0.5">
          <div className="min-w-0 flex-1">
            {eyebrow ? <div className="pb-0.5">{eyebrow}</div> : null}
            <h1 className="break-words font-semibold text-xl">{title}</h1>
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
        </div>
      </header>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
