import { expect, it } from "vitest";
import { z } from "zod";
import { formValues } from "@/server/platform/http/form";

const Body = z.strictObject({
  scopes: z.array(z.strictObject({ type: z.enum(["agent", "key"]), ids: z.array(z.string()), size: z.number() })),
  mode: z.enum(["open", "closed"]).nullable().default("closed"),
  note: z.string().nullable().default(null),
});

it("reads numbered entries as a list", () => {
  const body = formValues(Body, [
    ["scopes.0.type", "agent"],
    ["scopes.0.ids", "a"],
    ["scopes.0.ids", "b"],
    ["scopes.0.size", "2"],
    ["scopes.1.type", "key"],
    ["scopes.1.ids", "c"],
  ]);
  expect(body).toEqual({
    scopes: [
      { type: "agent", ids: ["a", "b"], size: 2 },
      { type: "key", ids: ["c"] },
    ],
  });
});

it("leaves a list alone that has something else among its numbers", () => {
  expect(
    formValues(Body, [
      ["scopes.0.type", "agent"],
      ["scopes.x.type", "key"],
    ]),
  ).toEqual({
    scopes: { 0: { type: "agent" }, x: { type: "key" } },
  });
});

it("tells null from the default of a nullable choice, and from the word in a text", () => {
  expect(
    formValues(Body, [
      ["mode", "null"],
      ["note", "null"],
    ]),
  ).toEqual({ mode: null, note: "null" });
  expect(formValues(Body, [["mode", ""]])).toEqual({});
});

it("takes null for a moment that may be none, so that an end can be taken back", () => {
  const End = z.strictObject({ expires_at: z.iso.datetime({ offset: true }).nullable().optional() });
  expect(formValues(End, [["expires_at", "null"]])).toEqual({ expires_at: null });
  expect(formValues(End, [["expires_at", ""]])).toEqual({});
});
