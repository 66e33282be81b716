"use client";

import { useRouter } from "next/navigation";
import type { ComponentProps, MouseEvent } from "react";

type LinkProps = Omit<ComponentProps<"a">, "href"> & {
  /** Within the product. */
  href: string;
  /** Whether its page is asked for when somebody is about to go there. */
  prefetch?: boolean;
};

/** A link between pages: the frame stays, and the page is asked for before it is clicked. Without scripts it is a link. */
export function Link({ href, prefetch = true, onClick, onPointerEnter, ...rest }: LinkProps) {
  const router = useRouter();
  const prepare = () => {
    if (prefetch) router.prefetch(href);
  };
  function go(event: MouseEvent<HTMLAnchorElement>): void {
    onClick?.(event);
    if (event.defaultPrevented || isForTheBrowser(event)) return;
    event.preventDefault();
    router.push(href);
  }
  return (
    <a
      {...rest}
      href={href}
      onClick={go}
      onPointerEnter={(event) => {
        onPointerEnter?.(event);
        prepare();
      }}
      onFocus={(event) => {
        rest.onFocus?.(event);
        prepare();
      }}
    />
  );
}

/** Another tab, another window, a download: not ours. */
function isForTheBrowser({ button, metaKey, ctrlKey, shiftKey, altKey, currentTarget }: MouseEvent<HTMLAnchorElement>) {
  const isElsewhere = currentTarget.target !== "" && currentTarget.target !== "_self";
  return button !== 0 || metaKey || ctrlKey || shiftKey || altKey || isElsewhere || currentTarget.download !== "";
}
