import { expect, test } from "playwright/test";

test("a clean start answers: healthy, described, and with a page to sign in at", async ({ page, request }) => {
  const health = await request.get("/api/health");
  expect(health.status()).toBe(200);
  expect(await health.json()).toMatchObject({ status: "ok", database: "ok" });

  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect(await (await request.get("/api/v1/openapi.json")).text()).toContain('"openapi"');
  expect(errors).toEqual([]);
});

test("an unknown address below /api is a problem document", async ({ request }) => {
  const answer = await request.get("/api/v1/no-such-thing");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
});
