/** What a form over an address below /api/auth shows after it was sent. */
export type DoorState =
  | { ok: true; value: Readonly<Record<string, unknown>> }
  | {
      ok: false;
      problem: { type: string; title: string; detail?: string; errors?: { pointer: string; detail: string }[] };
    };

export type DoorAction = (before: DoorState | null, form: FormData) => Promise<DoorState>;

/** What was wrong with one field. */
export function fieldError(state: DoorState | null, name: string): string | undefined {
  if (state === null || state.ok) return undefined;
  return state.problem.errors?.find(({ pointer }) => pointer === `#/${name}`)?.detail;
}
