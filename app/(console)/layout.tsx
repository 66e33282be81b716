import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { signOut, switchTenant } from "@/app/(console)/actions";
import { viewer } from "@/app/viewer";
import { ConsoleProviders } from "@/components/shell/providers";
import { Shell } from "@/components/shell/shell";

export default async function ConsoleLayout({ children }: Readonly<{ children: ReactNode }>) {
  const { session } = await viewer();
  return (
    <NuqsAdapter>
      <ConsoleProviders session={session}>
        <Shell signOut={signOut} switchTenant={switchTenant}>
          {children}
        </Shell>
      </ConsoleProviders>
    </NuqsAdapter>
  );
}
