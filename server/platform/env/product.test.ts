import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { product } from "@/server/platform/env/product";

test("the version is the package's", () => {
  const manifest: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(product.version).toBe(manifest.version);
});
