import { describe, expect, it } from "vitest";
import {
  bytes,
  count,
  day,
  duration,
  exactTime,
  minuteTime,
  money,
  percent,
  plural,
  relativeTime,
  shortId,
  tokens,
  words,
} from "./format";

describe("numbers", () => {
  it("group thousands and say unknown", () => {
    expect(count(1_234_567)).toBe("1,234,567");
    expect(count(0)).toBe("0");
    expect(count(null)).toBe("unknown");
    expect(plural(1, "run")).toBe("1 run");
    expect(plural(2, "policy", "policies")).toBe("2 policies");
  });

  it("of tokens are exact while they are small", () => {
    const shown = [0, 9_999, 10_000, 12_449, 999_960, 1_200_000, 2_000_000_000, -12_400].map(tokens);
    expect(shown).toEqual(["0", "9,999", "10k", "12.4k", "1M", "1.2M", "2B", "−12.4k"]);
  });

  it("of money show parts of a cent only where no dollar is reached", () => {
    const shown = [450, 0, 1, 0.42, 0.0001, 12.5, 99.99, 123.456, 123_450, -450, null].map(money);
    expect(shown).toEqual([
      "$4.50",
      "$0.00",
      "$0.01",
      "$0.0042",
      "$0.000001",
      "$0.1250",
      "$0.9999",
      "$1.23",
      "$1,234.50",
      "−$4.50",
      "unknown",
    ]);
  });

  it("of shares and sizes", () => {
    expect([0, 0.0004, 0.034, 0.12, 0.9995, 1, 1.5, null].map(percent)).toEqual([
      "0%",
      "<0.1%",
      "3.4%",
      "12%",
      ">99.9%",
      "100%",
      "150%",
      "unknown",
    ]);
    expect([0, 999, 1200, 3_400_000, 999_999].map(bytes)).toEqual(["0 B", "999 B", "1.2 kB", "3.4 MB", "1 MB"]);
  });
});

describe("times", () => {
  it("last in two units at most", () => {
    const shown = [0, 340, 999.6, 4200, 59_949, 59_950, 72_000, 60_000, 7_500_000, 273_600_000, null].map(duration);
    expect(shown).toEqual([
      "0 ms",
      "340 ms",
      "1 s",
      "4.2 s",
      "59.9 s",
      "1 m",
      "1 m 12 s",
      "1 m",
      "2 h 5 m",
      "3 d 4 h",
      "unknown",
    ]);
  });

  it("stand in the zone that is asked for", () => {
    const at = "2026-11-22T23:40:05.123Z";
    expect(exactTime(at, "UTC")).toBe("22 Nov 2026, 23:40:05");
    expect(minuteTime(at, "Europe/Berlin")).toBe("23 Nov 2026, 00:40");
    expect(day(at, "Asia/Kolkata")).toBe("23 Nov 2026");
    expect(day("nonsense", "UTC")).toBe("unknown");
  });

  it("are said from now", () => {
    const now = "2026-11-22T12:00:00.000Z";
    const from = (ms: number) => relativeTime(new Date(Date.parse(now) + ms).toISOString(), now);
    expect([-10_000, -60_000, -7_200_000, -200_000_000, 240_000, 45_000, 1000].map(from)).toEqual([
      "just now",
      "1 min ago",
      "2 h ago",
      "2 days ago",
      "in 4 min",
      "in less than a minute",
      "just now",
    ]);
    expect(relativeTime(null, now)).toBe("unknown");
  });
});

it("says stored values in words", () => {
  expect(
    ["policy_block", "api_key.created", "SUCCEEDED", "run.cost_cents", "pii_detected", "", null].map(words),
  ).toEqual(["Policy block", "API key created", "Succeeded", "Run cost cents", "PII detected", "unknown", "unknown"]);
});

it("shortens ids in the middle", () => {
  expect(shortId("0198f3ab-1111-7222-8333-44445555c21e")).toBe("0198f3ab…c21e");
  expect(shortId("mail-bot")).toBe("mail-bot");
});
