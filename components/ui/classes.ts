/** Joins class names, leaving out what is absent. Later ones do not override earlier ones: do not pass rivals. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter((name) => name).join(" ");
}

/** Of what stands beside a list, and of the room that its page makes for it. */
export const panelWidth = "md:w-[clamp(30rem,40vw,40rem)]";
