import { describe, expect, it } from "vitest";
import { wordBreaker } from "@/server/exports/pdf/line-breaks";

describe("breaking words", () => {
  const breaker = wordBreaker(80, 8, "text");

  it("leaves a word that fits whole", () => {
    expect(breaker("configuration")).toEqual(["configuration"]);
  });

  it("breaks behind punctuation first, without a hyphen", () => {
    expect(breaker("crm.lookup_account")).toEqual(["crm.", "", "lookup_", "", "account"]);
  });

  it("breaks what still does not fit at any character, and loses none", () => {
    const word = `sha256:${"W".repeat(600)}`;
    const parts = breaker(word);
    expect(parts.join("")).toBe(word);
    expect(parts.filter((part) => part !== "")).toHaveLength(601);
  });

  it("counts characters, not units", () => {
    expect(breaker("𝒳".repeat(40)).filter((part) => part !== "")).toHaveLength(40);
  });
});
