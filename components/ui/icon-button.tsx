import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/components/ui/classes";

type IconButtonProps = { label: string; icon: ReactNode } & Omit<ComponentProps<"button">, "children">;

/** A button without a word on it: the label is its name for a screen reader and its native tooltip. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={classes(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 data-popup-open:bg-hover data-popup-open:text-ink [&_svg]:size-4",
        className,
      )}
    >
      {icon}
    </button>
  );
}
