import { LoaderCircle } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";

type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
type ButtonSize = "small" | "normal";

interface Look {
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  icon?: ReactNode;
}

const base =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100 [&_svg]:size-3.5 [&_svg]:shrink-0 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50";

const variants: Readonly<Record<ButtonVariant, string>> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "bg-raised text-ink shadow-[inset_0_0_0_1px_var(--line)] hover:bg-hover",
  quiet: "text-muted hover:bg-hover hover:text-ink",
  danger: "bg-raised text-tone-deny shadow-[inset_0_0_0_1px_var(--line)] hover:bg-tone-deny-soft",
};

const sizes: Readonly<Record<ButtonSize, string>> = { small: "h-7 px-2 text-xs", normal: "h-8 px-3 text-sm" };

export function buttonClass({ variant = "secondary", size = "normal" }: Look): string {
  return classes(base, variants[variant], sizes[size]);
}

type ButtonProps = Look & { pending?: boolean | undefined } & ComponentProps<"button">;

/** `pending` keeps the label and the width, spins, and takes no second click. */
export function Button({ variant, size, icon, pending = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={pending || undefined}
      disabled={pending || rest.disabled}
      className={classes(buttonClass({ variant, size }), className)}
    >
      {pending ? <LoaderCircle aria-hidden className="animate-spin" /> : icon}
      {children}
    </button>
  );
}

type ButtonLinkProps = Look & ComponentProps<typeof Link>;

export function ButtonLink({ variant, size, icon, className, children, ...rest }: ButtonLinkProps) {
  return (
    <Link {...rest} className={classes(buttonClass({ variant, size }), className)}>
      {icon}
      {children}
    </Link>
  );
}
