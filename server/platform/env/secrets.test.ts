import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretFile } from "@/server/platform/env/secrets";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe("secretFile", () => {
  it("makes the file once, readable by its owner only, and keeps it", () => {
    const made = secretFile("probe", () => "first", dataDir);
    expect(made).toBe("first");
    expect(secretFile("probe", () => "second", dataDir)).toBe("first");
    expect(statSync(join(dataDir, "secrets", "probe")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "secrets")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(dataDir, "secrets"))).toEqual(["probe"]);
  });

  it("refuses a file that others may read", () => {
    secretFile("probe", () => "first", dataDir);
    chmodSync(join(dataDir, "secrets", "probe"), 0o644);
    expect(() => secretFile("probe", () => "second", dataDir)).toThrowError(/chmod 600/);
  });
});
