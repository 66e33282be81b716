import { expect, it } from "vitest";
import { takeIn } from "@/server/platform/http/file-intake";
import { RateLimited } from "@/server/platform/http/problem";

it("takes two files of a tenant and six in all at a time, and refuses more before they are read", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let read = 0;
  const file = (tenant: string) =>
    takeIn(tenant, async () => {
      read += 1;
      await held;
      return read;
    });
  const tenants = ["a", "a", "b", "b", "c", "c"];
  const taken = tenants.map(file);
  for (const tenant of ["a", "d"]) await expect(file(tenant)).rejects.toSatisfy((error) => RateLimited.matches(error));
  expect(read).toBe(tenants.length);
  release();
  await Promise.all(taken);
  await expect(takeIn("a", () => Promise.reject(new Error("cut off")))).rejects.toThrow("cut off");
  expect(await Promise.all([file("a"), file("a"), file("d")])).toHaveLength(3);
});
