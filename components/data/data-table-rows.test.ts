import { describe, expect, it } from "vitest";
import { bodyItems, nextSort, rowAway, shiftOf, sortDirection, toggled } from "./data-table-rows";

const rows = ["a1", "a2", "b1"];
const grouped = bodyItems(
  rows,
  (row) => row,
  (row) => row.charAt(0),
);

describe("a table's body", () => {
  it("has a heading before each group", () => {
    expect(grouped.map((item) => (item.kind === "group" ? `# ${item.label}` : `${item.index} ${item.key}`))).toEqual([
      "# a",
      "0 a1",
      "1 a2",
      "# b",
      "2 b1",
    ]);
  });

  it("knows how far a row moved", () => {
    const items = (keys: string[]) => bodyItems(keys, (key) => key);
    expect(shiftOf(items(["n", "m", "a1", "a2"]), { key: "a1", at: 0 })).toBe(2);
    expect(shiftOf(items(["a2"]), { key: "a1", at: 0 })).toBe(0);
  });

  it("is walked over headings and not past its ends", () => {
    expect(rowAway(grouped, 2, 1)).toBe(4);
    expect(rowAway(grouped, 4, -1)).toBe(2);
    expect(rowAway(grouped, 1, -1)).toBe(1);
    expect(rowAway(grouped, 1, Number.POSITIVE_INFINITY)).toBe(4);
    expect(rowAway([], 0, 1)).toBe(-1);
  });
});

it("sorts down first, then up", () => {
  expect(nextSort(undefined, "at")).toBe("-at");
  expect(nextSort("-at", "at")).toBe("at");
  expect(nextSort("at", "at")).toBe("-at");
  expect([sortDirection("-at", "at"), sortDirection("at", "at"), sortDirection("name", "at")]).toEqual([
    "descending",
    "ascending",
    "none",
  ]);
});

it("selects and unselects", () => {
  expect([...toggled(new Set(["a"]), "b")]).toEqual(["a", "b"]);
  expect([...toggled(new Set(["a"]), "a")]).toEqual([]);
});
