"use client";

// A session belongs to the browser, so switching tenants in one tab moves them all: a tab that still showed the tenant
// before would write into the other one.

import { useEffect } from "react";

const CHANNEL = "holdpoint.tenant";

/** Says that the session has moved to another tenant. */
export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("switched");
  channel.close();
}

/** Loads this tab anew when another one has switched. */
export function useOtherTabs(): void {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", () => window.location.assign("/overview/highlights"));
    return () => channel.close();
  }, []);
}
