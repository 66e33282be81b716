import type { Metadata } from "next";
import { keyActions } from "@/app/(console)/connectivity/key-actions";
import { Prefetched, pages, read } from "@/app/prefetched";
import { ApiKeysView } from "@/components/connectivity/api-keys-view";
import { keyInput, keyListParams, keyListQuery } from "@/components/connectivity/search-params";
import { readAddress } from "@/components/data/address-params";
import { stripQuery } from "@/components/shell/strip-query";
import { getApiKey, listApiKeys } from "@/server/connectivity/contract";
import { getSummary } from "@/server/overview/contract";

export const metadata: Metadata = { title: "API Keys" };

export default async function ApiKeysPage({ searchParams }: PageProps<"/connectivity/api-keys">) {
  const params = await readAddress(keyListParams, searchParams);
  return (
    <Prefetched
      reads={[
        read(getSummary, stripQuery({ topic: "connectivity/api-keys" })),
        pages(listApiKeys, { query: keyListQuery(params) }),
        ...(!params.open ? [] : [read(getApiKey, keyInput(params.open))]),
      ]}
    >
      <ApiKeysView actions={keyActions} />
    </Prefetched>
  );
}
