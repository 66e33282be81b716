import { parse } from "@bufbuild/cel";

// The only module that knows the CEL library. It is the parser here, and in the tests the reference for evaluation:
// its own plan() costs about 2.6 µs for a two-term condition, its errors are values that look like results, and it
// exports no type checker.

export type CelTree = ReturnType<typeof parse>["expr"];
export type CelSourceInfo = NonNullable<ReturnType<typeof parse>["sourceInfo"]>;

export type CelParse =
  | { readonly ok: true; readonly tree: CelTree; readonly sourceInfo: CelSourceInfo }
  | { readonly ok: false; readonly offset: number | null; readonly message: string };

/** Never throws. `offset` is null where the library does not say where it stopped (bad escapes in a string). */
export function parseCel(source: string): CelParse {
  try {
    const parsed = parse(source);
    if (!parsed.sourceInfo) return { ok: false, offset: null, message: "The parser gave no positions." };
    return { ok: true, tree: parsed.expr, sourceInfo: parsed.sourceInfo };
  } catch (error) {
    return { ok: false, offset: offsetOf(error), message: reasonOf(error) };
  }
}

function offsetOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("location" in error)) return null;
  const { location } = error;
  if (typeof location !== "object" || location === null || !("start" in location)) return null;
  const { start } = location;
  if (typeof start !== "object" || start === null || !("offset" in start)) return null;
  return typeof start.offset === "number" ? start.offset : null;
}

function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "rawMessage" in error) return String(error.rawMessage);
  return error instanceof Error ? error.message : "The parser failed.";
}
