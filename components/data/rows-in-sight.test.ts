import { describe, expect, it } from "vitest";
import { indicesOf, offsetFor, rowsInSight } from "./rows-in-sight";

const rows = { count: 1_000, rowHeight: 30, margin: 200 };

describe("rows in sight", () => {
  it("go from before the first one seen to after the last one", () => {
    expect(rowsInSight({ top: 3_000, height: 300 }, rows)).toEqual({ first: 90, end: 124 });
  });

  it("end where the list ends", () => {
    expect(rowsInSight({ top: -200, height: 600 }, rows)).toEqual({ first: 0, end: 28 });
    expect(rowsInSight({ top: 29_900, height: 600 }, rows)).toEqual({ first: 986, end: 1_000 });
    expect(rowsInSight({ top: 90_000, height: 600 }, rows)).toEqual({ first: 1_000, end: 1_000 });
    expect(rowsInSight({ top: 0, height: 600 }, { ...rows, count: 0 })).toEqual({ first: 0, end: 0 });
  });

  it("leave what is pinned in its place among them", () => {
    const sight = { first: 5, end: 8 };
    expect(indicesOf(sight, -1, 20)).toEqual([5, 6, 7]);
    expect(indicesOf(sight, 6, 20)).toEqual([5, 6, 7]);
    expect(indicesOf(sight, 2, 20)).toEqual([2, 5, 6, 7]);
    expect(indicesOf(sight, 8, 20)).toEqual([5, 6, 7, 8]);
    expect(indicesOf(sight, 20, 20)).toEqual([5, 6, 7]);
  });
});

describe("scrolling to a row", () => {
  const view = { top: 3_200, height: 600 };
  const padding = { start: 90, end: 30 };

  it("leaves alone what is seen whole", () => {
    expect(offsetFor(103, view, rows, padding)).toBeNull();
    expect(offsetFor(118, view, rows, padding)).toBeNull();
  });

  it("goes no further than it must", () => {
    expect(offsetFor(102, view, rows, padding)).toBe(3_170);
    expect(offsetFor(119, view, rows, padding)).toBe(3_230);
    expect(offsetFor(0, view, rows, padding)).toBe(110);
  });
});
