export function runHref(runId: string): string {
  return `/activity/runs/${runId}`;
}
