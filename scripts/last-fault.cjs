// A loader of the bundler: what Next draws where even our page for faults (app/global-error.tsx) fails. Its own has a style
// sheet and two pictures, and every page would bring them along.

module.exports = () => `import { createElement } from "react";
export default function LastFault() {
  return createElement("html", { id: "__next_error__" }, createElement("body", null, "This page failed. Load it again."));
}
`;
