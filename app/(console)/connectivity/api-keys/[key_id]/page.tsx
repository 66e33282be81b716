import type { Metadata } from "next";
import { keyActions } from "@/app/(console)/connectivity/key-actions";
import { Prefetched, read } from "@/app/prefetched";
import { KeyPage } from "@/components/connectivity/key-page";
import { keyInput } from "@/components/connectivity/search-params";
import { getApiKey } from "@/server/connectivity/contract";
import { keyOf } from "@/server/platform/http/client";

export const metadata: Metadata = { title: "API key" };

export default async function ApiKeyPage({ params }: PageProps<"/connectivity/api-keys/[key_id]">) {
  const { key_id } = await params;
  return (
    <Prefetched about={keyOf(getApiKey, keyInput(key_id))} reads={[read(getApiKey, keyInput(key_id))]}>
      <KeyPage keyId={key_id} actions={keyActions} />
    </Prefetched>
  );
}
