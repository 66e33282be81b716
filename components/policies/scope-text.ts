// Lists of ids as people type them: one a line. Ids are any text, so a comma may be part of one.

/** Without blanks and repetitions, in the order typed. An id may have spaces inside. */
export function idsIn(text: string): string[] {
  const ids = text.split(/\r?\n/).map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))];
}

export function textOfIds(ids: readonly string[]): string {
  return ids.join("\n");
}
