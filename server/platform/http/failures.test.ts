import { describe, expect, it } from "vitest";
import { constraintProblems, isWorthRetrying, toProblem } from "@/server/platform/http/failures";
import { problem } from "@/server/platform/http/problem";

const NameTaken = problem("name-taken", 409, "The name is taken");
constraintProblems({ things_name_key: NameTaken });

const database = (code: string, constraint?: string) =>
  Object.assign(new Error("secret detail"), { code, ...(constraint ? { constraint_name: constraint } : {}) });

describe("a database's refusal", () => {
  it.each([
    [database("23505", "things_name_key"), "name-taken"],
    [new Error("query failed", { cause: database("23505", "things_name_key") }), "name-taken"],
    [database("23505", "other_key"), "conflict"],
    [database("23503", "other_fk"), "conflict"],
    [database("23514", "other_check"), "validation-failed"],
    [database("22003"), "validation-failed"],
    [database("40P01"), "database-unavailable"],
    [database("55P03"), "database-unavailable"],
    [database("57P01"), "database-unavailable"],
    [database("53300"), "database-unavailable"],
    [database("57014"), "database-unavailable"],
    [database("08006"), "database-unavailable"],
    [database("CONNECTION_CLOSED"), "database-unavailable"],
    [new AggregateError([], "connect", { cause: database("ECONNREFUSED") }), "database-unavailable"],
    [database("42P01"), "internal"],
    [database("ERR_ASSERTION"), "internal"],
    [new Error("secret detail"), "internal"],
    ["thrown text", "internal"],
    [null, "internal"],
  ])("%s is %s", (error, slug) => {
    const failure = toProblem(error);
    expect(failure.definition.slug).toBe(slug);
    expect(JSON.stringify(failure.members)).not.toContain("secret");
    expect(failure.members.retry_after).toBe(slug === "database-unavailable" ? 1 : undefined);
  });

  it("is worth another try when it lost a race for locks", () => {
    expect(["40001", "40P01", "55P03", "23505"].map((code) => isWorthRetrying(database(code)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
