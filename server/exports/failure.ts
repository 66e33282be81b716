import { Problem } from "@/server/platform/http/problem";
import { LogHalted } from "@/server/transparency/contract";

/** A bundle cannot be made, and trying again will not help until somebody does something; the message is for people. */
export class Unmakable extends Error {
  override readonly name = "Unmakable";
}

/** Why an attempt failed, in words that anybody who may see the export may see: nothing of our own inside. */
export function failureText(error: unknown): string {
  if (LogHalted.matches(error) && error instanceof Problem) return `The evidence log is not signed. ${error.message}.`;
  return error instanceof Unmakable ? error.message : "Something failed on our side while the bundle was made.";
}
