import type { Metadata } from "next";
import { headers } from "next/headers";
import { keyActions } from "@/app/(console)/connectivity/key-actions";
import { Prefetched, read } from "@/app/prefetched";
import { pickableKeys } from "@/components/connectivity/search-params";
import { SetupView } from "@/components/connectivity/setup-view";
import { listApiKeys } from "@/server/connectivity/contract";
import { env } from "@/server/platform/env/env";

export const metadata: Metadata = { title: "SDK Integration" };

const lookBackMs = 3_600_000;
const minuteMs = 60_000;

export default async function SdkIntegrationPage() {
  const host = (await headers()).get("host") ?? `localhost:${env.PORT}`;
  const address = (env.PUBLIC_URL ?? `http://${host}`).replace(/\/+$/, "");
  const since = new Date(Math.floor((Date.now() - lookBackMs) / minuteMs) * minuteMs).toISOString();
  return (
    <Prefetched reads={[read(listApiKeys, pickableKeys)]}>
      <SetupView actions={keyActions} address={address} since={since} />
    </Prefetched>
  );
}
