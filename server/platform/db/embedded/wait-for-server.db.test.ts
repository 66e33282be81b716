import { expect, it } from "vitest";
import { waitForServer } from "@/server/platform/db/embedded/wait-for-server";
import { startOwnPostgres, testDatabase } from "@/server/platform/db/testing/test-database";

it("answers at once when the server does", async () => {
  await waitForServer(testDatabase().url);
});

it("waits for a server that is down and goes on when it is back", async () => {
  const own = await startOwnPostgres();
  await own.crash();
  let answered = false;
  const waiting = waitForServer(own.database.url).then(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(answered).toBe(false);
  await own.start();
  await waiting;
  await own.stop();
});

it("does not wait for what waiting does not mend", async () => {
  const wrong = new URL(testDatabase().url);
  wrong.password = "wrong";
  await expect(waitForServer(wrong.href)).rejects.toMatchObject({ code: "28P01" });
});
