import type { ReactNode } from "react";

interface EffectPreviewProps {
  sentence: string;
  notes: readonly string[];
  children?: ReactNode;
}

/** What is about to be saved, in words; read out as it changes. */
export function EffectPreview({ sentence, notes, children }: EffectPreviewProps) {
  return (
    <div aria-live="polite" className="rounded-lg bg-sunken px-4 py-3">
      <p className="mb-1 text-muted text-xs">What it will do</p>
      <p className="text-base">{sentence}</p>
      {notes.map((note) => (
        <p key={note} className="mt-1 text-muted">
          {note}
        </p>
      ))}
      {children}
    </div>
  );
}

/** The fields, and beside them, always in sight, what they come to. Below them where there is no room. */
export function FormWithPreview({ preview, children }: { preview: ReactNode; children: ReactNode }) {
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid content-start gap-8">{children}</div>
      <div className="self-start lg:sticky lg:top-4">{preview}</div>
    </div>
  );
}
