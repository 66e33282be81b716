/** How the entry's page and the views below it ask for it. */
export function entryInput(logId: string) {
  return { params: { log_id: logId } };
}
