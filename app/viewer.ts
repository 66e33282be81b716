// Who looks at a page. Read anew with every request, like the principal of an API call.

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { awayDigest } from "@/components/shell/fault-digest";
import type { SessionView } from "@/components/shell/session";
import { sessionOf } from "@/server/account/viewer";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { isAway } from "@/server/platform/http/failures";

export interface Viewer {
  principal: UserPrincipal;
  session: SessionView;
}

/** Nobody can say who looks. Of an error of the server the browser learns its digest alone. */
class DatabaseAway extends Error {
  override readonly name = "DatabaseAway";
  readonly digest = awayDigest;
}

/** Null when nobody is signed in. Asked once a request, however many parts of the page ask. */
export const findViewer = cache(async (): Promise<Viewer | null> => {
  const jar = await cookies();
  const token = sessionTokenOf(new Request("http://page.invalid", { headers: { cookie: jar.toString() } }));
  if (token === null) return null;
  try {
    const principal = await findSession(token);
    return principal === null ? null : { principal, session: await sessionOf(principal) };
  } catch (error) {
    throw isAway(error) ? new DatabaseAway("a page waits for the database", { cause: error }) : error;
  }
});

/** Sends everybody who is not signed in to the sign-in page, which sends them back here afterwards. */
export async function viewer(): Promise<Viewer> {
  const found = await findViewer();
  if (found !== null) return found;
  const path = (await headers()).get("x-holdpoint-path");
  redirect(path === null || path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`);
}
