// Which of an answer's errors belongs to which field: pointers go into the body (`#/scope/type`), fields have dots.

export interface PointedError {
  pointer: string;
  detail: string;
}

function nameOf(pointer: string): string {
  return pointer
    .replace(/^(?:#\/|\?|header\/)/, "")
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

function belongsTo(error: PointedError, name: string): boolean {
  const at = nameOf(error.pointer);
  return at === name || at.startsWith(`${name}.`);
}

/** What is wrong with the field, or with something inside of it. */
export function errorOf(errors: readonly PointedError[], name: string): string | undefined {
  const own = errors.filter((error) => belongsTo(error, name)).map((error) => sentence(error.detail));
  return own.length === 0 ? undefined : [...new Set(own)].join(" ");
}

/** Those of no field in `names`: they are told beside the button. */
export function otherErrors(errors: readonly PointedError[], names: ReadonlySet<string>): PointedError[] {
  return errors.filter((error) => ![...names].some((name) => belongsTo(error, name)));
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
