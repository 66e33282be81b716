// The two keys of a rotation. From the environment both are given; from files the new one is made beside the old one, which
// is kept until the rotation is over. Each step can be done again.

import type { KeyObject } from "node:crypto";
import { existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { env } from "@/server/platform/env/env";
import { asSigningKey, newSigningSeed, secretFile, secretPath, signingKey } from "@/server/platform/env/secrets";

const CURRENT = "signing-key";
const NEXT = "signing-key.next";
const PREVIOUS = "signing-key.previous";

export type Rotating = { from: KeyObject; to: KeyObject; source: "environment" | "files" };

/** The old key and the one that follows it. Throws when the environment gives only one of them. */
export function rotatingKeys(): Rotating {
  if (env.HOLDPOINT_SIGNING_KEY !== undefined) {
    if (env.HOLDPOINT_SIGNING_KEY_NEXT === undefined) {
      throw new Error(
        "The signing key comes from HOLDPOINT_SIGNING_KEY: give the new one as HOLDPOINT_SIGNING_KEY_NEXT, and after " +
          "this start the server with it as HOLDPOINT_SIGNING_KEY. `openssl rand -base64 32` makes one.",
      );
    }
    const to = asSigningKey(env.HOLDPOINT_SIGNING_KEY_NEXT);
    return { from: signingKey(), to, source: "environment" };
  }
  // Without a next one, but with a previous: interrupted after the files had changed places.
  const isPlaced = existsSync(secretPath(PREVIOUS)) && !existsSync(secretPath(NEXT));
  return isPlaced
    ? { from: keyIn(PREVIOUS), to: signingKey(), source: "files" }
    : { from: signingKey(), to: keyIn(NEXT), source: "files" };
}

/** The new key is the one that this installation signs with from here on. At no moment is there none. */
export function keepNewKey({ source }: Rotating): void {
  if (source === "environment" || !existsSync(secretPath(NEXT))) return;
  if (!existsSync(secretPath(PREVIOUS))) linkSync(secretPath(CURRENT), secretPath(PREVIOUS));
  renameSync(secretPath(NEXT), secretPath(CURRENT));
}

/** Every log has both signatures: the old key is of no use any more, and can do harm. */
export function dropRotation({ source }: Rotating): void {
  if (source === "files") rmSync(secretPath(PREVIOUS), { force: true });
}

function keyIn(name: string): KeyObject {
  return asSigningKey(secretFile(name, newSigningSeed));
}
