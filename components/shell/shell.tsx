"use client";

import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { onDemand } from "@/components/ui/on-demand";
import { useGlobalKeys } from "./keyboard";
import { useOtherTabs } from "./other-tabs";
import { Sidebar } from "./sidebar";
import { TopBar } from "./top-bar";

// What opens on demand is loaded on demand.
const loadPalette = () => import("./command-palette");
const CommandPalette = onDemand(async () => (await loadPalette()).CommandPalette);
const KeyboardSheet = onDemand(async () => (await import("./keyboard-sheet")).KeyboardSheet);

/** Server actions of the frame. */
export interface FrameActions {
  signOut(): Promise<void>;
  switchTenant(form: FormData): Promise<void>;
}

export function Shell({ children, ...actions }: Readonly<FrameActions & { children: ReactNode }>) {
  const [overlay, setOverlay] = useGlobalKeys();
  const pathname = usePathname();
  // Where the drawer was opened: it closes by itself when the page changes.
  const [drawerAt, setDrawerAt] = useState<string | null>(null);
  const close = () => setOverlay(null);
  useWhenIdle(loadPalette);
  useOtherTabs();
  return (
    <div className="flex h-dvh overflow-hidden bg-page text-ink">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-1.5"
      >
        Skip to content
      </a>
      <Sidebar {...actions} isOpen={drawerAt === pathname} onClose={() => setDrawerAt(null)} />
      <div className="flex min-w-0 flex-1 flex-col">
        <noscript>
          <p className="border-b bg-tone-review-soft px-4 py-2">
            This browser runs no scripts here. Everything can be read; to act, allow scripts for this address or use the
            API.
          </p>
        </noscript>
        <TopBar
          onMenu={() => setDrawerAt(pathname)}
          onPalette={() => setOverlay("palette")}
          onKeys={() => setOverlay("keys")}
        />
        <main id="main" tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          {children}
        </main>
      </div>
      {overlay === "palette" ? <CommandPalette onClose={close} onKeys={() => setOverlay("keys")} /> : null}
      {overlay === "keys" ? <KeyboardSheet open onClose={close} /> : null}
    </div>
  );
}

const IDLE_MS = 3_000;

/** Does something of no hurry once the page stands. */
function useWhenIdle(work: () => Promise<unknown>): void {
  useEffect(() => {
    const timer = setTimeout(() => void work(), IDLE_MS);
    return () => clearTimeout(timer);
  }, [work]);
}
