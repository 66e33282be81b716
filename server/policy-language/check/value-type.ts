/** A scalar type's name; `broken` stands for what was already diagnosed and agrees with everything. */
export type ScalarName = "bool" | "int" | "double" | "string" | "timestamp" | "duration";

export type Type =
  | { readonly kind: ScalarName }
  | { readonly kind: "tags" }
  | { readonly kind: "group"; readonly path: string }
  | { readonly kind: "list"; readonly of: Type }
  | { readonly kind: "map"; readonly key: Type; readonly of: Type }
  /** The element of an empty list or map. */
  | { readonly kind: "nothing" }
  | { readonly kind: "broken" };

export const boolType: Type = { kind: "bool" };
export const intType: Type = { kind: "int" };
export const doubleType: Type = { kind: "double" };
export const stringType: Type = { kind: "string" };
export const timestampType: Type = { kind: "timestamp" };
export const durationType: Type = { kind: "duration" };
export const tagsType: Type = { kind: "tags" };
export const nothingType: Type = { kind: "nothing" };
export const brokenType: Type = { kind: "broken" };

export function typeName(type: Type): string {
  if (type.kind === "list") return `list(${typeName(type.of)})`;
  if (type.kind === "map") return `map(${typeName(type.key)}, ${typeName(type.of)})`;
  if (type.kind === "group") return `the group \`${type.path}\``;
  return type.kind === "nothing" ? "unknown" : type.kind;
}

/** The one type that holds values of both, or null. Ints and doubles do not mix in one list: nothing is converted silently. */
export function joinTypes(a: Type, b: Type): Type | null {
  if (a.kind === "broken" || b.kind === "nothing") return a;
  if (b.kind === "broken" || a.kind === "nothing") return b;
  if (a.kind === "group" || b.kind === "group") return null;
  if (a.kind === "list" && b.kind === "list") {
    const of = joinTypes(a.of, b.of);
    return of && { kind: "list", of };
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = joinTypes(a.key, b.key);
    const of = joinTypes(a.of, b.of);
    return key && of && { kind: "map", key, of };
  }
  return a.kind === b.kind ? a : null;
}

/** Whether `==` has a meaning: the same type, or two numbers; element by element in lists and maps. */
export function areComparable(a: Type, b: Type): boolean {
  if (a.kind === "list" && b.kind === "list") return areComparable(a.of, b.of);
  if (a.kind === "map" && b.kind === "map") return joinTypes(a.key, b.key) !== null && areComparable(a.of, b.of);
  return (isNumber(a) && isNumber(b)) || joinTypes(a, b) !== null;
}

export function isNumber(type: Type): boolean {
  return type.kind === "int" || type.kind === "double";
}
