import { Problem } from "@/server/platform/http/problem";
import { LogHalted } from "@/server/transparency/contract";

/**
 * The rows that a bundle is made of make none, and they never change by themselves: every attempt would end the same. The
 * message is for people.
 */
export class Unmakable extends Error {
  override readonly name = "Unmakable";
}

/** An attempt failed, and nothing says that the next one will as well; the message is for people. */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
}

/** Why an attempt failed, in words that anybody who may see the export may see: nothing of our own inside. */
export function failureText(error: unknown): string {
  if (LogHalted.matches(error) && error instanceof Problem) return `The evidence log is not signed. ${error.message}.`;
  const isForPeople = error instanceof Unmakable || error instanceof AttemptFailed;
  return isForPeople ? error.message : "Something failed on our side while the bundle was made.";
}
