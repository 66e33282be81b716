import type { ReactNode } from "react";
import { signOut, switchTenant } from "@/app/(console)/actions";
import { drawn } from "@/app/fault-page";
import { viewer } from "@/app/viewer";
import { AddressProvider } from "@/components/data/address";
import { ConsoleProviders } from "@/components/shell/providers";
import { Shell } from "@/components/shell/shell";

export default function ConsoleLayout({ children }: Readonly<{ children: ReactNode }>) {
  return drawn(viewer, ({ session }) => (
    <AddressProvider>
      <ConsoleProviders session={session} drawnAt={Date.now()}>
        <Shell signOut={signOut} switchTenant={switchTenant}>
          {children}
        </Shell>
      </ConsoleProviders>
    </AddressProvider>
  ));
}
