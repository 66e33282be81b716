// Who looks at a page. Read anew with every request, like the principal of an API call.

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { SessionView } from "@/components/shell/session";
import { sessionOf } from "@/server/account/viewer";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";

export interface Viewer {
  principal: UserPrincipal;
  session: SessionView;
}

/** Null when nobody is signed in. Asked once a request, however many parts of the page ask. */
export const findViewer = cache(async (): Promise<Viewer | null> => {
  const jar = await cookies();
  const token = sessionTokenOf(new Request("http://page.invalid", { headers: { cookie: jar.toString() } }));
  const principal = token === null ? null : await findSession(token);
  return principal === null ? null : { principal, session: await sessionOf(principal) };
});

/** Sends everybody who is not signed in to the sign-in page, which sends them back here afterwards. */
export async function viewer(): Promise<Viewer> {
  const found = await findViewer();
  if (found !== null) return found;
  const path = (await headers()).get("x-holdpoint-path");
  redirect(path === null || path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`);
}
