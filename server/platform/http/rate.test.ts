import { expect, it } from "vitest";
import { RateLimited } from "@/server/platform/http/problem";
import { rateLimiter } from "@/server/platform/http/rate";

it("lets a burst through, then what comes back per second, for each principal by itself", () => {
  let now = 0;
  const take = rateLimiter({ default: { perSecond: 2, burst: 3 } }, () => now);
  const passes = (who = "key:1") => {
    try {
      take("default", who);
      return true;
    } catch (error) {
      expect(RateLimited.matches(error)).toBe(true);
      return false;
    }
  };
  expect([passes(), passes(), passes(), passes()]).toEqual([true, true, true, false]);
  expect(passes("key:2")).toBe(true);
  for (let tries = 0; tries < 4; tries += 1) {
    now += 100;
    expect(passes()).toBe(false);
  }
  now += 100;
  expect(passes()).toBe(true);
  now += 3_600_000;
  expect([passes(), passes(), passes(), passes()]).toEqual([true, true, true, false]);
});

it("is off for a class without a rate", () => {
  const take = rateLimiter({});
  for (let n = 0; n < 1_000; n += 1) take("gate", "key:1");
});
