import { isNumber, type Type, typeName } from "@/server/policy-language/check/value-type";

const texts: Readonly<Record<string, string>> = { "@in": "`in`", "_?_:_": "`?:`", "_[_]": "`[…]`" };

/** An operator as its author wrote it. */
export function operatorText(name: string): string {
  return texts[name] ?? `\`${name.replaceAll("_", "")}\``;
}

const arithmetic = ["_+_", "_-_", "_*_", "_/_", "_%_"];

/** What would make the operands fit, for the mistakes that are made most. */
export function operandHint(name: string, types: readonly Type[]): string | undefined {
  const [a, b] = types;
  if (!a) return undefined;
  if (name === "_?_:_") return `The condition before \`?\` is ${typeName(a)}, not bool.`;
  if (!b) return undefined;
  if (name === "_%_" && (a.kind === "double" || b.kind === "double")) return "`%` takes ints: `int(x)`.";
  if (arithmetic.includes(name) && isNumber(a) && isNumber(b))
    return "Ints and doubles do not mix in arithmetic: `double(x)`.";
  const other = a.kind === "string" ? b : b.kind === "string" ? a : undefined;
  if (name === "@in") return 'The right side of `in` is a list, a map or `tags`: `x in ["a", "b"]`.';
  if (name === "_&&_" || name === "_||_") return "Both sides must be bool: compare with something, such as `x > 0`.";
  if (other?.kind === "int") return "Convert the string: `int(x)`.";
  if (other?.kind === "double") return "Convert the string: `double(x)`.";
  if (other?.kind === "timestamp") return 'Convert the string: `timestamp("2026-01-31T08:00:00Z")`.';
  if (other?.kind === "duration") return 'Convert the string: `duration("90m")`.';
  if (a.kind === "tags" || b.kind === "tags") return "Compare one tag: `tags.env`.";
  return undefined;
}
