import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { RunRelease } from "@/server/activity/contract";
import { Releases } from "./releases-panel";

const nameOf = (actor: string) => (actor === "user:u-1" ? "Ada Lovelace" : "you");
const denied: RunRelease = { decision: "deny", reason: "Too dear", by: "user:u-1", at: "2026-11-22T03:00:05.000Z" };

function textOf(releases: readonly RunRelease[], total = releases.length): string {
  return renderToStaticMarkup(<Releases releases={releases} total={total} nameOf={nameOf} />)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

it("says who decided about a pause, when and why", () => {
  expect(textOf([denied])).toMatch(/Denied by Ada Lovelace, 22 Nov 2026, 03:00:05 Too dear/);
  const approved = {
    ...denied,
    decision: "approve",
    reason: null,
    by: "user:u-2",
    at: "2026-11-22T02:00:00.000Z",
  } as const;
  expect(textOf([approved, denied])).toMatch(/Approved by you, .* Denied by Ada Lovelace/);
});

it("says that there are earlier ones, without a word where there are none", () => {
  expect(textOf([denied, denied], 25)).toContain("23 earlier ones of 25");
  expect(textOf([denied, denied])).not.toContain("earlier");
});

it("is not there for a run whose pauses nobody decided about", () => {
  expect(renderToStaticMarkup(<Releases releases={[]} total={0} nameOf={nameOf} />)).toBe("");
});
