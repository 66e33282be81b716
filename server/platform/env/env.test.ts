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

  it.each([
    ["true", 1],
    ["false", 0],
    ["2", 2],
  ])("reads TRUST_PROXY=%s as %i proxies", (text, hops) => {
    expect(parseEnv({ TRUST_PROXY: text }).TRUST_PROXY).toBe(hops);
  });
});
