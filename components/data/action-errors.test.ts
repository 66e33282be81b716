import { expect, it } from "vitest";
import { errorOf, otherErrors } from "./action-errors";

const errors = [
  { pointer: "#/scope/type", detail: "Choose one" },
  { pointer: "#/scope/ids/0", detail: "is too long" },
  { pointer: "#/scope/ids/1", detail: "is too long" },
  { pointer: "?page", detail: "Too large." },
];

it("gives a field its own errors and those inside of it, once", () => {
  expect(errorOf(errors, "scope.type")).toBe("Choose one.");
  expect(errorOf(errors, "scope.ids")).toBe("Is too long.");
  expect(errorOf(errors, "name")).toBeUndefined();
});

it("leaves the others for the form", () => {
  expect(otherErrors(errors, new Set(["scope"]))).toEqual([{ pointer: "?page", detail: "Too large." }]);
});
