/** The known name nearest to a mistyped one, or undefined when none is close: one edit in four letters, two at most. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let nearestEdits = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const edits = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (edits < nearestEdits && edits <= Math.min(2, Math.ceil(name.length / 4))) {
      nearest = name;
      nearestEdits = edits;
    }
  }
  return nearest;
}

export function didYouMean(typed: string, known: readonly string[], prefix = ""): string | undefined {
  const name = nearestName(typed, known);
  return name === undefined ? undefined : `Did you mean \`${prefix}${name}\`?`;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 3;
}
