import * as bug from "lucide-react/icons/bug";
import * as check from "lucide-react/icons/check";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { drawIcon } from "./draw-icon";

const outerTag = /^<svg[^>]*>/;

it.each([{}, { className: "size-4 text-muted" }, { "aria-label": "done" }, { "aria-hidden": true }])(
  "draws as lucide draws, with the lines in a file, given %j",
  (props) => {
    for (const [name, icon] of [["bug", bug] as const, ["check", check] as const]) {
      const drawn = renderToStaticMarkup(createElement(drawIcon(name), props));
      const theirs = renderToStaticMarkup(createElement(icon.default, props)).replace(
        ' xmlns="http://www.w3.org/2000/svg"',
        "",
      );
      expect(outerTag.exec(drawn)?.[0]).toBe(outerTag.exec(theirs)?.[0]);
      expect(drawn).toContain(`<use href="/icons.svg#${name}"></use>`);
    }
  },
);
