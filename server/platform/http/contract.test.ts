import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import {
  type CallOf,
  endpoint,
  type InputOf,
  listEndpoint,
  type OutputOf,
  Uuid,
} from "@/server/platform/http/contract";
import { type ContextOf, handle, type OpenContext, type OwnContext } from "@/server/platform/http/handle";

const body = z.object({ note: z.string().optional() });
const write = endpoint({
  id: "x.write",
  method: "POST",
  path: "/x/{x_id}",
  permission: "incidents:respond",
  audit: "x.written",
  params: z.object({ x_id: Uuid }),
  body,
  returns: z.object({ ok: z.boolean() }),
});
const list = listEndpoint({
  id: "x.list",
  path: "/x",
  permission: "incidents:read",
  item: z.object({ id: z.string() }),
  filters: { kind: z.enum(["a", "b"]) },
  sort: ["created_at", "name"],
  defaultSort: "-created_at",
});

describe("a contract", () => {
  it("does not compile as a write without audit, or as a read with one", () => {
    // @ts-expect-error a write needs an audit action, or the reason why there is none
    endpoint({ id: "x", method: "POST", path: "/x", permission: "none" });
    // @ts-expect-error a read leaves no audit entry
    endpoint({ id: "x", method: "GET", path: "/x", permission: "none", audit: "x.read" });
    // @ts-expect-error a read has no body
    endpoint({ id: "x", method: "GET", path: "/x", permission: "none", body });
    // @ts-expect-error there is no such permission
    endpoint({ id: "x", method: "GET", path: "/x", permission: "x:read" });
  });

  it("does not compile with a handler that answers something else", () => {
    // @ts-expect-error `ok` is missing
    handle(write, () => ({}));
    // @ts-expect-error there is no such input
    handle(write, (_cx, { body: sent }) => ({ ok: sent.other === 1 }));
  });

  it("gives handlers and callers their types", () => {
    expectTypeOf<InputOf<typeof write>["params"]>().toEqualTypeOf<{ x_id: string }>();
    expectTypeOf<OutputOf<typeof write>>().toEqualTypeOf<{ ok: boolean }>();
    expectTypeOf<{ params: { x_id: string } }>().toExtend<CallOf<typeof write>>();
    expectTypeOf<Record<never, never>>().not.toExtend<CallOf<typeof write>>();
    expectTypeOf<InputOf<typeof list>["query"]["sort"]>().toEqualTypeOf<
      "created_at" | "-created_at" | "name" | "-name"
    >();
    expectTypeOf<InputOf<typeof list>["query"]["kind"]>().toEqualTypeOf<"a" | "b" | undefined>();
    expectTypeOf<ContextOf<typeof write>>().toHaveProperty("db");
    const own = endpoint({ id: "x", method: "GET", path: "/x", permission: "runs:read", transaction: "own" });
    expectTypeOf<ContextOf<typeof own>>().toEqualTypeOf<OwnContext>();
    const open = endpoint({ id: "x", method: "GET", path: "/x", permission: "none" });
    expectTypeOf<ContextOf<typeof open>>().toEqualTypeOf<OpenContext>();
  });

  it("refuses unknown fields", () => {
    expect(write.body.safeParse({ note: "x", other: 1 }).success).toBe(false);
    expect(list.query.safeParse({ other: 1 }).success).toBe(false);
  });

  it("gives lists their defaults", () => {
    expect(list.query.parse({})).toEqual({ page_size: 20, sort: "-created_at" });
    expect(list.query.safeParse({ page_size: 101 }).success).toBe(false);
  });

  it("writes ids in lower case", () => {
    expect(Uuid.parse("0197A000-0000-7000-8000-00000000000A")).toBe("0197a000-0000-7000-8000-00000000000a");
  });
});
