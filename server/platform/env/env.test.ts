import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseEnv } from "@/server/platform/env/env";

describe("parseEnv", () => {
  it("has a default for everything a first start needs", () => {
    const env = parseEnv({});
    expect(env).toMatchObject({ PORT: 3000, WORKERS: 1, TRUST_PROXY: 0, HOLDPOINT_DATA_DIR: ".data" });
    expect(env.DATABASE_URL).toBeUndefined();
  });

  it("takes an empty variable for an absent one", () => {
    expect(parseEnv({ DATABASE_URL: "", PORT: "" })).toMatchObject({ PORT: 3000 });
  });

  it("names every fault at once and no value", () => {
    const faulty = { PORT: "http", AUTH_SECRET: "tooshort", DATABASE_URL: "mysql://u:hidden@h/d" };
    expect(() => parseEnv(faulty)).toThrowError(/PORT[\s\S]*DATABASE_URL[\s\S]*AUTH_SECRET/);
    expect(() => parseEnv(faulty)).not.toThrowError(/tooshort|hidden/);
  });

  it("wants the bootstrap e-mail and password together", () => {
    expect(() => parseEnv({ BOOTSTRAP_ADMIN_EMAIL: "a@example.com" })).toThrowError(/BOOTSTRAP_ADMIN_PASSWORD/);
  });

  const seed = Buffer.alloc(32, 7);
  const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();

  it.each([
    ["base64", seed.toString("base64")],
    ["base64url", seed.toString("base64url")],
    ["hex", seed.toString("hex")],
    ["PEM", pem],
    ["PEM on one line", pem.replaceAll("\n", "\\n")],
  ])("takes a signing key as %s", (_, text) => {
    expect(parseEnv({ HOLDPOINT_SIGNING_KEY: text }).HOLDPOINT_SIGNING_KEY).toBe(text);
  });

  it.each([
    ["a passphrase", "correct horse battery staple, correct horse"],
    ["31 bytes", Buffer.alloc(31, 7).toString("base64")],
    ["33 bytes", Buffer.alloc(33, 7).toString("base64")],
    ["32 characters", "x".repeat(32)],
    [
      "another kind of key",
      generateKeyPairSync("x25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    ],
    ["a public key", generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }).toString()],
  ])("refuses %s as a signing key, and does not repeat it", (_, text) => {
    expect(() => parseEnv({ HOLDPOINT_SIGNING_KEY: text })).toThrowError(
      /HOLDPOINT_SIGNING_KEY: must be base64 or hex/,
    );
    expect(() => parseEnv({ HOLDPOINT_SIGNING_KEY: text })).not.toThrowError(text.slice(0, 12));
  });

  it.each([
    ["true", 1],
    ["false", 0],
    ["2", 2],
  ])("reads TRUST_PROXY=%s as %i proxies", (text, hops) => {
    expect(parseEnv({ TRUST_PROXY: text }).TRUST_PROXY).toBe(hops);
  });
});
