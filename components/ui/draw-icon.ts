// Draws an icon of lucide's. Its lines are in one file that a browser fetches once, public/icons.svg, and not in the scripts
// of every page: the bundler puts this in the place of each of the library's icons (scripts/icon-drawing.cjs).

import { createElement, type SVGProps } from "react";

const look = {
  width: 24,
  height: 24,
  viewBox: "0 0 24 24",
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 2,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** `name` is that of the library's file. An icon without a name for screen readers is left out for them. */
export function drawIcon(name: string) {
  // biome-ignore lint/correctness/noComponentHookFactories: once for each icon, when its module is loaded.
  return function Icon({ className, ...rest }: SVGProps<SVGSVGElement>) {
    const isNamed = Object.keys(rest).some((prop) => prop.startsWith("aria-") || prop === "role" || prop === "title");
    return createElement(
      "svg",
      {
        ...look,
        className: `lucide lucide-${name}${className ? ` ${className}` : ""}`,
        ...(isNamed ? {} : { "aria-hidden": true }),
        ...rest,
      },
      createElement("use", { href: `/icons.svg#${name}` }),
    );
  };
}
