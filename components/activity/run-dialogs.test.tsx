import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Decided, isDecided, ReleaseEffect } from "./run-dialogs";
import type { Breach } from "./why";

const run = {
  ...{ run_id: "r-1", state: "live" as const, agent_id: "mailer", steps_completed: 2, tokens_used: 10 },
  ...{ cost_cents: 1, cost_is_complete: true },
} satisfies Parameters<typeof ReleaseEffect>[0]["run"];
const paused_at = "2026-11-22T03:00:00.000Z";

function textOf(breach: Partial<Breach> | null): string {
  return renderToStaticMarkup(<ReleaseEffect run={run} isApproval breach={breach as Breach | null} />);
}

describe("what an approval does", () => {
  it("to a limit is a truce until its value has grown", () => {
    expect(textOf({ metric: "run.tokens", step_index: 3 })).toContain("another tenth of its limit");
  });

  it("to a condition is a release of that step alone", () => {
    const text = textOf({ metric: null, step_index: 3 });
    expect(text).toContain("released for step 3 only");
    expect(text).not.toContain("tenth");
    expect(textOf({ metric: null, step_index: 0 })).toContain("at the start only");
  });

  it("is told for both where it is not known which of them paused the run", () => {
    expect(textOf(null)).toMatch(/A condition .* step only; a limit .* another tenth/);
  });
});

describe("a decision that came from somewhere else", () => {
  const release = { decision: "approve", reason: "Go on", by: "user:a", at: "2026-11-22T03:05:00.000Z" } as const;
  const told = (now: Parameters<typeof Decided>[0]["run"]) =>
    renderToStaticMarkup(<Decided run={now} about={{ paused_at }} nameOf={() => "Ada Lovelace"} />);

  it("is noticed, also where the run is paused anew", () => {
    expect(isDecided({ status: "paused", paused_at }, { paused_at })).toBe(false);
    expect(isDecided({ status: "running", paused_at: null }, { paused_at })).toBe(true);
    expect(isDecided({ status: "paused", paused_at: "2026-11-22T03:06:00.000Z" }, { paused_at })).toBe(true);
  });

  it("is told with who made it and why", () => {
    const text = told({ status: "running", paused_at: null, releases: [release] });
    expect(text).toContain("Ada Lovelace approved it in the meantime: Go on.");
    expect(text).not.toContain("anew");
    expect(told({ status: "paused", paused_at: "later", releases: [release] })).toContain("paused anew");
  });

  it("is nobody’s where time ended the run, whoever approved an earlier pause", () => {
    const earlier = { ...release, at: "2026-11-22T02:00:00.000Z" };
    expect(told({ status: "failed_policy", paused_at: null, releases: [earlier] })).not.toContain("Ada");
  });
});
