// Zod's issues as the `errors[]` of a 422. Details never repeat a value: it may be a secret, and it may be long.

import type { z } from "zod";
import { pointerOf } from "@/server/platform/http/i-json-locate";
import type { FieldError } from "@/server/platform/http/problem";

type Issue = z.core.$ZodIssue;

/** One entry per wrong field; `value` is what was parsed, to tell an absent field from a wrong one. */
export function fieldErrors(error: z.core.$ZodError, value: unknown, place: "body" | "query"): FieldError[] {
  return error.issues
    .flatMap((issue) => ofIssue(issue, value, []))
    .map((found) => ({
      pointer: place === "query" ? `?${found.path.join(".").slice(0, 128)}` : pointerOf(found.path),
      code: found.code,
      detail: found.detail,
    }));
}

interface Found {
  path: PropertyKey[];
  code: string;
  detail: string;
}

function ofIssue(issue: Issue, value: unknown, above: readonly PropertyKey[]): Found[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], code: "unknown_field", detail: "There is no such field" }));
  }
  if (issue.code === "invalid_union") return ofUnion(issue, value, path);
  if (issue.code === "invalid_type" && at(value, path) === undefined) {
    return [{ path, code: "required", detail: "It is required" }];
  }
  const code = issue.code === "custom" && typeof issue.params?.code === "string" ? issue.params.code : issue.code;
  return [{ path, code, detail: issue.message.replace(/^Invalid (?:input|option): /, "") }];
}

// The alternative that came closest says the most: the one with the fewest faults.
function ofUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown, path: PropertyKey[]): Found[] {
  const [closest] = [...issue.errors].sort((a, b) => a.length - b.length);
  if (!closest || closest.length === 0) {
    const absent = at(value, path) === undefined;
    return [{ path, code: absent ? "required" : "invalid_union", detail: absent ? "It is required" : issue.message }];
  }
  return closest.flatMap((inner) => ofIssue(inner, value, path));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null && Object.hasOwn(inside, key)
        ? Reflect.get(inside, key)
        : undefined,
    value,
  );
}
