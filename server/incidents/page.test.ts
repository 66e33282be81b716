import { expect, it } from "vitest";
import { pageOf, pageRequest } from "@/server/incidents/page";
import { ValidationFailed } from "@/server/platform/http/problem";

const rows = Array.from({ length: 5 }, (_, i) => ({ key: `k${i}`, id: `i${i}` }));
const list = { positionOf: (row: { key: string; id: string }) => row, item: (row: { id: string }) => row.id };

it("asks for one row more than the page", () => {
  expect(pageRequest({ page: 3, page_size: 20, sort: "-created_at" })).toEqual({
    field: "created_at",
    direction: "desc",
    limit: 21,
    offset: 40,
    after: null,
  });
});

it("gives a cursor exactly while rows follow, and takes it back", () => {
  const query = { page_size: 4, sort: "at" };
  const first = pageOf({ ...list, query, rows, counted: 5 });
  expect(first.items).toEqual(["i0", "i1", "i2", "i3"]);
  const cursor = first.pagination.next_cursor ?? "";
  expect(pageRequest({ ...query, cursor }).after).toEqual({ key: "k3", id: "i3" });
  const last = pageOf({ ...list, query: { ...query, cursor }, rows: rows.slice(4), counted: 5 });
  expect(last.pagination).toEqual({ total: 5, page: null, page_size: 4, next_cursor: null });
});

it("says when a total is a lower bound", () => {
  const pagination = (counted: number) =>
    pageOf({ ...list, query: { page_size: 9, sort: "at" }, rows, counted }).pagination;
  expect(pagination(10_000)).toMatchObject({ total: 10_000 });
  expect(pagination(10_000)).not.toHaveProperty("total_is_lower_bound");
  expect(pagination(10_001)).toMatchObject({ total: 10_000, total_is_lower_bound: true });
});

it("shows the filters in force, those of the address too", () => {
  const query = { page_size: 9, sort: "-at", severity: ["high"], agent: undefined };
  const page = pageOf({ ...list, query, rows, counted: 5, fixed: { status: ["resolved"] } });
  expect(page.filters_applied).toEqual({ severity: ["high"], status: ["resolved"] });
  expect(page.sort).toEqual({ field: "at", direction: "desc" });
});

it.each([
  "",
  "nonsense",
  Buffer.from("null").toString("base64url"),
  Buffer.from('["-at","k","i"]').toString("base64url"),
  Buffer.from('["at",1,"i"]').toString("base64url"),
])("refuses the cursor %j", (cursor) => {
  expect(() => pageRequest({ page_size: 4, sort: "at", cursor })).toThrow(
    expect.objectContaining({ definition: ValidationFailed }),
  );
});

it("refuses page and cursor together", () => {
  expect(() => pageRequest({ page_size: 4, page: 1, sort: "at", cursor: "x" })).toThrow(/either page or cursor/);
});
