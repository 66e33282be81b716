import { beforeEach, describe, expect, it, vi } from "vitest";
import { recentPages, rememberPage } from "./recent";

const who = (user_id: string, tenant_id: string) => ({ user: { user_id }, tenant: { tenant_id } });
const page = (n: number) => ({ href: `/incidents/${n}`, title: `Incident ${n}` });

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

describe("recent pages", () => {
  it("are the last eight, the newest first, each once", () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) rememberPage(who("u", "t"), page(n));
    expect(recentPages(who("u", "t"))).toEqual([1, 9, 8, 7, 6, 5, 4, 3].map(page));
  });

  it("are not shown in another tenant of the same user, nor to the next user of the tab", () => {
    rememberPage(who("u", "t"), page(1));
    expect(recentPages(who("u", "other"))).toEqual([]);
    expect(recentPages(who("other", "t"))).toEqual([]);
    rememberPage(who("other", "t"), page(2));
    expect(recentPages(who("other", "t"))).toEqual([page(2)]);
    expect(sessionStorage.getItem("recent")).not.toContain("Incident 1");
  });

  it("are none where something else was stored", () => {
    for (const text of ["", "[]", "null", "{", JSON.stringify([page(1)])]) {
      sessionStorage.setItem("recent", text);
      expect(recentPages(who("u", "t"))).toEqual([]);
    }
  });
});
