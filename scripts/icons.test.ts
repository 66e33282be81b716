import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { iconsPath, iconsText } from "@/scripts/icons.mjs";

describe("public/icons.svg", () => {
  it("has the icons that are drawn: run `node scripts/icons.mjs` after a change of them", async () => {
    expect(readFileSync(iconsPath, "utf8") === (await iconsText())).toBe(true);
  });
});
