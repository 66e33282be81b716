import { expect, it } from "vitest";
import { markOfRisk } from "./run-words";

it("does not call a paused run clear of policy", () => {
  expect(markOfRisk({ risk_level: "NORMAL", status: "paused" })?.word).toBe("Paused it");
  expect(markOfRisk({ risk_level: "NORMAL", status: "running" })?.word).toBe("Clear");
  expect(markOfRisk({ risk_level: "VIOLATED", status: "paused" })?.word).toBe("Violated");
  expect(markOfRisk({ risk_level: null, status: "paused" })).toBeNull();
});
