/** The page of an entry. */
export function entryHref(logId: string): string {
  return `/logs/entries/${encodeURIComponent(logId)}`;
}
