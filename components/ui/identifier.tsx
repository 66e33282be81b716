import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy";
import { Link } from "@/components/ui/link";

interface IdentifierProps {
  value: string;
  href?: string | undefined;
  /** What it is, for the copy button: "Run id". */
  label?: string | undefined;
}

const longestWhole = 16;

/** An id in mono, shortened in the middle, whole on hover and when copied. */
export function Identifier({ value, href, label = "Id" }: IdentifierProps) {
  const face = classes("truncate font-mono text-xs", href !== undefined && "underline-offset-2 hover:underline");
  return (
    <span className="group/id inline-flex max-w-full items-center gap-0.5">
      {href === undefined ? (
        <span className={face} title={value}>
          {shortened(value)}
        </span>
      ) : (
        <Link className={face} href={href} title={value}>
          {shortened(value)}
        </Link>
      )}
      <CopyButton
        value={value}
        label={`Copy ${label.charAt(0).toLowerCase()}${label.slice(1)}`}
        className="opacity-0 focus-visible:opacity-100 group-hover/id:opacity-100 pointer-coarse:opacity-100"
      />
    </span>
  );
}

function shortened(value: string): string {
  return value.length <= longestWhole ? value : `${value.slice(0, 8)}…${value.slice(-4)}`;
}
