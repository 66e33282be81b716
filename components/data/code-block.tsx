import { CopyButton } from "@/components/ui/copy";

interface CodeBlockProps {
  code: string;
  /** Said to screen readers beside the label; nothing is coloured. */
  language?: string;
  label: string;
  /** What is copied, where it is not what is shown. */
  copies?: string;
}

/** Code as it is, with a button that copies all of it. */
export function CodeBlock({ code, language, label, copies }: CodeBlockProps) {
  return (
    <figure className="relative rounded-md border bg-sunken">
      <figcaption className="flex h-8 items-center gap-2 border-b pr-1 pl-3 text-muted text-xs">
        <span className="min-w-0 flex-1 truncate">
          {label}
          {language ? <span className="sr-only">, {language}</span> : null}
        </span>
        <CopyButton value={copies ?? code} label={`Copy ${label}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto px-3 py-2.5 font-mono text-xs leading-5">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
