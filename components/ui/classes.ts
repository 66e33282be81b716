/** Joins class names, leaving out what is absent. Later ones do not override earlier ones: do not pass rivals. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter((name) => name).join(" ");
}
