// The session cookie: `<token>.<HMAC-SHA-256 of the token>`. The key of the HMAC is not in the database, so the tokens
// stored there open nothing by themselves.

import { createHmac, timingSafeEqual } from "node:crypto";
import { authSecret } from "@/server/platform/env/secrets";

/** Browsers take a `__Host-` cookie only when it is Secure, for the whole host and for no other host. */
export const COOKIE_PREFIX = "__Host-holdpoint";
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`;

export const IDLE_SECONDS = 30 * 60;
export const ABSOLUTE_SECONDS = 12 * 60 * 60;

/** The token of the request's session cookie; null without one, or when its signature is not ours. */
export function sessionTokenOf(request: Request): string | null {
  return signedCookieOf(request, SESSION_COOKIE);
}

/** What names a sign-in that still waits for its code; null as with sessionTokenOf. */
export function challengeOf(request: Request): string | null {
  return signedCookieOf(request, `${COOKIE_PREFIX}.two_factor`);
}

function signedCookieOf(request: Request, name: string): string | null {
  const value = cookieOf(request.headers.get("cookie") ?? "", name);
  if (value === null) return null;
  const dot = value.lastIndexOf(".");
  const token = value.slice(0, Math.max(0, dot));
  const expected = createHmac("sha256", authSecret()).update(token).digest();
  const given = Buffer.from(value.slice(dot + 1), "base64");
  return token !== "" && given.length === expected.length && timingSafeEqual(given, expected) ? token : null;
}

// Of two cookies of one name neither is believed: a browser sends one, and which one a proxy would take is anybody's guess.
function cookieOf(header: string, name: string): string | null {
  const found = header
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  const [only] = found;
  if (only === undefined || found.length > 1 || only.length > 512) return null;
  try {
    return decodeURIComponent(only.slice(name.length + 1));
  } catch {
    return null;
  }
}
