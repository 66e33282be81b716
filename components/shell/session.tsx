"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ViewerSession } from "@/server/account/viewer";
import type { Permission } from "@/server/platform/auth/principal";

export type SessionView = ViewerSession;

const Session = createContext<SessionView | null>(null);

export function SessionProvider({ session, children }: Readonly<{ session: SessionView; children: ReactNode }>) {
  return <Session value={session}>{children}</Session>;
}

/** Who is signed in. Throws outside of the console. */
export function useSession(): SessionView {
  const session = useContext(Session);
  if (session === null) throw new Error("useSession outside of the console's layout");
  return session;
}

/** Whether to offer something. What happens is decided by the server, each time. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}
