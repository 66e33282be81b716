import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Connection } from "@/server/platform/db/connection";
import { testDatabase } from "@/server/platform/db/testing/test-database";

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.open(testDatabase().url);
});
afterAll(() => connection.close("the test is over"));

test("arrays of text come back as they went, whatever is in them", async () => {
  const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
  const awkward = fc.constantFrom("", "NULL", "null", "{}", ",", '"', "\\", '\\"', " a ", "a,b", "é\n\t");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(text, awkward, fc.constant(null)), { maxLength: 8 }), async (values) => {
      const [row] = await connection.sql.unsafe<{ back: unknown }[]>("select $1::text[] as back", [values as never]);
      expect(row?.back).toEqual(values);
    }),
    { numRuns: 200 },
  );
});

test("so do arrays of the other types that are used", async () => {
  const ids = ["0197b000-0000-7000-8000-000000000001", "0197b000-0000-7000-8000-000000000002"];
  const [row] = await connection.sql<object[]>`
    select ${ids}::uuid[] as ids, ${[1, -2]}::int[] as ints, ${[2 ** 40]}::bigint[] as bigs, array[true, false] as flags,
      array['2026-01-02T03:04:05.678Z'::timestamptz] as times, '{}'::text[] as none`;
  expect(row).toEqual({
    ids,
    ints: [1, -2],
    bigs: [2 ** 40],
    flags: [true, false],
    times: [new Date("2026-01-02T03:04:05.678Z")],
    none: [],
  });
});
