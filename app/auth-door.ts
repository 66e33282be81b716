// The sign-in door for forms: what a browser without scripts would post to /api/auth, with the cookies it answers set on
// this very response. The Origin was checked by Next.

import { cookies, headers } from "next/headers";
import { answerAuth } from "@/server/account/auth-door";
import { clientAddressHeader } from "@/server/platform/http/client-address";
import type { problemBody } from "@/server/platform/http/problem";

export type DoorProblem = ReturnType<typeof problemBody> & { errors?: { pointer: string; detail: string }[] };
export type DoorAnswer =
  | { ok: true; value: Readonly<Record<string, unknown>> }
  | { ok: false; problem: DoorProblem & Readonly<Record<string, unknown>> };

/** Asks an address below /api/auth in the browser's name. */
export async function askDoor(path: `/${string}`, body: object): Promise<DoorAnswer> {
  const response = await answerAuth(await postOf(`/api/auth${path}`, body));
  await keepCookies(response);
  const value = Object(await response.json());
  return response.ok ? { ok: true, value } : { ok: false, problem: value };
}

/** What the browser would post itself: with its cookies, its name and its address. */
export async function postOf(path: string, body: object): Promise<Request> {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const own = new Headers({ "content-type": "application/json", cookie: jar.toString() });
  for (const name of ["user-agent", clientAddressHeader]) {
    const value = sent.get(name);
    if (value !== null) own.set(name, value);
  }
  return new Request(`http://page.invalid${path}`, { method: "POST", headers: own, body: JSON.stringify(body) });
}

/** Sets on this page's answer what the door's answer sets. */
export async function keepCookies(response: Response): Promise<void> {
  const jar = await cookies();
  for (const line of response.headers.getSetCookie()) {
    const { name, value, options } = cookieOf(line);
    jar.set(name, value, options);
  }
}

type CookieOptions = NonNullable<Parameters<Awaited<ReturnType<typeof cookies>>["set"]>[2]>;

function cookieOf(line: string): { name: string; value: string; options: CookieOptions } {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const equals = pair.indexOf("=");
  const given = new Map(
    attributes.map((one) => one.split("=", 2)).map(([name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  const maxAge = given.get("max-age");
  const expires = given.get("expires");
  return {
    name: pair.slice(0, equals),
    // Next encodes it again.
    value: decodeURIComponent(pair.slice(equals + 1)),
    options: {
      path: given.get("path") ?? "/",
      httpOnly: given.has("httponly"),
      secure: given.has("secure"),
      sameSite: "lax",
      ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
      ...(expires === undefined ? {} : { expires: new Date(expires) }),
    },
  };
}
