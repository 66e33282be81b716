import * as bug from "lucide-react/icons/bug";
import * as check from "lucide-react/icons/check";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { drawIcon } from "./draw-icon";

it.each([{}, { className: "size-4 text-muted" }, { "aria-label": "done" }, { "aria-hidden": true }])(
  "draws what lucide draws, given %j",
  (props) => {
    for (const icon of [bug, check]) {
      const ours = drawIcon(Object(Reflect.get(icon, "__iconData")));
      expect(renderToStaticMarkup(createElement(ours, props))).toBe(
        renderToStaticMarkup(createElement(icon.default, props)),
      );
    }
  },
);
