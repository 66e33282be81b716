"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { DrawnAt } from "@/components/data/clock";
import { TimeZone } from "@/components/data/time";
import { TipLayer } from "@/components/ui/tip-layer";
import { ToastRegion } from "@/components/ui/toast";
import { ProblemError } from "@/server/platform/http/problem";
import { LiveProvider } from "./live";
import { PaletteProvider } from "./palette-actions";
import { SessionProvider, type SessionView } from "./session";

// What a page brought along is young enough to be shown as it is; changes come by events.
const FRESH_MS = 30_000;
const TRIES = 2;

interface ProvidersProps {
  session: SessionView;
  /** By the server's clock, in milliseconds since 1970. */
  drawnAt: number;
  children: ReactNode;
}

/** Another tenant, another cache: nothing of the one may be seen in the other. */
export function ConsoleProviders({ session, drawnAt, children }: Readonly<ProvidersProps>) {
  return (
    <DrawnAt value={drawnAt}>
      <TenantProviders key={session.tenant.tenant_id} session={session}>
        {children}
      </TenantProviders>
    </DrawnAt>
  );
}

function TenantProviders({ session, children }: Omit<Readonly<ProvidersProps>, "drawnAt">) {
  const [queries] = useState(newQueries);
  return (
    <QueryClientProvider client={queries}>
      <SessionProvider session={session}>
        <LiveProvider>
          <PaletteProvider>
            <TimeZone zone={session.tenant.timezone}>
              <ToastRegion>{children}</ToastRegion>
              <TipLayer />
            </TimeZone>
          </PaletteProvider>
        </LiveProvider>
      </SessionProvider>
    </QueryClientProvider>
  );
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH_MS, retry: (failures, error) => failures < TRIES && isWorthTrying(error) },
    },
  });
}

// A refusal stays one; a server that is busy or away may come back.
function isWorthTrying(error: Error): boolean {
  return !(error instanceof ProblemError) || error.status >= 500;
}
