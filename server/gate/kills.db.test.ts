import { expect, test } from "vitest";
import { killDrill, stopDrill } from "@/server/gate/testing/drills";
import { testDatabase } from "@/server/platform/db/testing/test-database";

const load = { seed: 20_260_101, clients: 64, runs: 100, pauseMs: 60 };

test("A1: ten kills of the gate under load lose nothing that was acknowledged and count nothing twice", async () => {
  const report = await killDrill({ ...load, databaseUrl: testDatabase().url, kills: 10 });
  console.info(JSON.stringify(report));
  expect(report.faults).toEqual([]);
  expect(report.replays).toBeGreaterThan(0);
}, 240_000);

test("F8: a stop under load answers everything it had been sent, and ends in time", async () => {
  const report = await stopDrill({ ...load, databaseUrl: testDatabase().url, stops: 3 });
  console.info(JSON.stringify(report));
  expect(report.faults).toEqual([]);
  expect(report.lost).toEqual([0, 0, 0]);
  expect(report.exits.map((one) => one.code)).toEqual([0, 0, 0]);
  expect(Math.max(...report.exits.map((one) => one.ms))).toBeLessThan(10_000);
}, 240_000);
