import { QueryClient } from "@tanstack/react-query";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { addressOf, client, keyOf } from "@/server/platform/http/client";
import { endpoint, listEndpoint } from "@/server/platform/http/contract";
import { NotFound, ProblemError } from "@/server/platform/http/problem";

const get = endpoint({
  id: "things.get",
  method: "GET",
  path: "/api/v1/things/{thing_id}",
  permission: "policies:read",
  params: z.object({ thing_id: z.string() }),
  query: z.object({ kinds: z.array(z.string()).optional() }),
  returns: z.object({ name: z.string() }),
});
const list = listEndpoint({
  id: "things.list",
  path: "/api/v1/things",
  permission: "policies:read",
  item: z.object({ name: z.string() }),
  sort: ["name"],
  defaultSort: "name",
});
const create = endpoint({
  id: "things.create",
  method: "POST",
  path: "/api/v1/things",
  permission: "policies:manage",
  audit: "thing.created",
  body: z.object({ name: z.string() }),
  returns: z.object({ name: z.string() }),
});

const sent: { url: string; init: RequestInit | undefined }[] = [];
function answering(status: number, body: unknown) {
  const answer: typeof fetch = async (url, init) => {
    sent.push({ url: String(url), init });
    return new Response(JSON.stringify(body), { status });
  };
  return client({ origin: "http://h.test", headers: { authorization: "Bearer k" }, fetch: answer });
}

describe("the typed client", () => {
  it("sends what the contract says", async () => {
    const api = answering(200, { name: "x" });
    const answer = await api.call(create, { body: { name: "x" } }, { idempotencyKey: "k1" });
    expectTypeOf(answer).toEqualTypeOf<{ name: string }>();
    expect(answer).toEqual({ name: "x" });
    expect(sent.at(-1)).toMatchObject({
      url: "http://h.test/api/v1/things",
      init: { method: "POST", body: '{"name":"x"}', headers: { authorization: "Bearer k", "idempotency-key": "k1" } },
    });
    // @ts-expect-error the contract has no such field
    await api.call(create, { body: { nam: "x" } });
  });

  it("writes parameters into the address", () => {
    const input = { params: { thing_id: "a/b" }, query: { kinds: ["x", "y z"] } };
    expect(addressOf(get, input)).toBe("/api/v1/things/a%2Fb?kinds=x&kinds=y+z");
    expect(addressOf(list, { query: { page: 2, cursor: undefined } })).toBe("/api/v1/things?page=2");
  });

  it("throws problems as ProblemError", async () => {
    const body = { type: "http://h.test/problems/not-found", title: "T", detail: "D", request_id: "r" };
    const failure = await answering(404, body)
      .call(get, { params: { thing_id: "1" } })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect(NotFound.matches(failure)).toBe(true);
    expect(failure).toMatchObject({ slug: "not-found", status: 404, requestId: "r", message: "D" });
  });

  it("survives an answer that is no JSON", async () => {
    const html: typeof fetch = async () => new Response("<html>", { status: 502 });
    await expect(client({ fetch: html }).call(list, {})).rejects.toMatchObject({ status: 502 });
  });

  it("makes query options under [id, input], which mutations refresh by endpoint", async () => {
    const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const api = answering(200, { name: "x" });
    const options = api.query(get, { params: { thing_id: "1" } });
    expect(options.queryKey).toEqual(["things.get", { params: { thing_id: "1" } }]);
    expect(await queries.fetchQuery(options)).toEqual({ name: "x" });
    await queries
      .getMutationCache()
      .build(queries, api.mutation(create, { refreshes: [get] }))
      .execute({ body: { name: "y" } });
    expect(queries.getQueryState(options.queryKey)?.isInvalidated).toBe(true);
    expect(keyOf(list)).toEqual(["things.list"]);
  });
});
