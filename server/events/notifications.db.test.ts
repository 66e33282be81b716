import { expect, it } from "vitest";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { hearEvents, notifierOn } from "./notifications";

async function until(holds: () => boolean): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 20_000) throw new Error("it was not heard");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it("tells another connection which tenants have news; one that was lost listens again and looks everywhere once", async () => {
  const heard: (readonly string[] | null)[] = [];
  hearEvents(testDatabase().url, (tenantIds) => heard.push(tenantIds));
  const notifier = notifierOn(testDatabase().url);
  await until(() => heard.length === 1);
  await notifier.notify(["one", "other"]);
  await until(() => heard.length === 2);
  await notifier.notify(Array.from({ length: 201 }, (_, n) => `tenant ${n}`));
  await until(() => heard.length === 3);
  expect(heard).toEqual([null, ["one", "other"], null]);
  await inspect()`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%'`;
  await until(() => heard.length === 4);
  await notifier.notify(["again"]);
  await until(() => heard.length === 5);
  expect(heard.slice(3)).toEqual([null, ["again"]]);
  await notifier.end();
});
