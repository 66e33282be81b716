import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string | undefined;
}

export function Section({ title, aside, children, id }: SectionProps) {
  const heading = useId();
  return (
    <section id={id} aria-labelledby={heading} className="scroll-mt-16">
      <div className="mb-2 flex min-h-7 items-center gap-3">
        <h2 id={heading} className="font-semibold text-sm">
          {title}
        </h2>
        {aside ? <div className="ml-auto flex items-center gap-2 text-muted text-xs">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}
