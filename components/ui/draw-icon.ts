// Draws an icon of lucide's. The library's own way takes sizes, colours and widths that no icon here is given, and is
// larger than all icons of a page: the bundler puts this one in its place (next.config.js).

import { createElement, type SVGProps } from "react";

interface IconData {
  name: string;
  node: readonly (readonly [tag: string, attributes: Readonly<Record<string, string>>])[];
}

const look = {
  xmlns: "http://www.w3.org/2000/svg",
  width: 24,
  height: 24,
  viewBox: "0 0 24 24",
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 2,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** An icon without a name for screen readers is left out for them. */
export function drawIcon({ name, node }: IconData) {
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
      node.map(([tag, { key, ...attributes }]) => createElement(tag, { key, ...attributes })),
    );
  };
}
