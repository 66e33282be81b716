import { expect, it } from "vitest";
import { fieldChanges } from "./diff-fields";

const kinds = (before: Record<string, unknown> | null, after: Record<string, unknown> | null) =>
  Object.fromEntries(fieldChanges(before, after).map(({ field, kind }) => [field, kind]));

it("names each field that came, went, changed or stayed", () => {
  const before = { name: "Mail", threshold: 5000, scope: { type: "agent", ids: ["a"] }, gone: null };
  const after = { name: "Mail", threshold: 6000, scope: { type: "agent", ids: ["a", "b"] }, added: true };
  expect(kinds(before, after)).toEqual({
    name: "same",
    threshold: "changed",
    "scope.type": "same",
    "scope.ids": "changed",
    added: "added",
    gone: "removed",
  });
});

it("takes a missing side as nothing", () => {
  expect(kinds(null, { a: 1 })).toEqual({ a: "added" });
  expect(kinds({ a: 1 }, null)).toEqual({ a: "removed" });
  expect(kinds(null, null)).toEqual({});
});

it("does not mind the order of fields, but the order of a list", () => {
  expect(kinds({ a: [{ x: 1, y: 2 }] }, { a: [{ y: 2, x: 1 }] })).toEqual({ a: "same" });
  expect(kinds({ a: [1, 2] }, { a: [2, 1] })).toEqual({ a: "changed" });
});

it("tells null, an empty object and an absent field apart", () => {
  expect(kinds({ a: null, b: {} }, { a: {}, b: {} })).toEqual({ a: "changed", b: "same" });
  expect(kinds({ a: null }, {})).toEqual({ a: "removed" });
});
