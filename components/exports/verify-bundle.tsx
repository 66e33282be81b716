"use client";

import { Button } from "@/components/ui/button";
import type { ExportDetail } from "@/server/exports/contract";
import { useVerification } from "./use-verification";
import { VerifyResult } from "./verify-result";

/** Fetches a bundle's file as anybody would and has it checked. */
export function VerifyBundle({ bundle }: { bundle: ExportDetail }) {
  const check = useVerification();
  const url = bundle.download_url;
  if (url === null) return null;
  const subject = {
    fileName: bundle.file_name ?? bundle.bundle_id,
    size: bundle.size_bytes,
    read: () => download(url),
  };
  return (
    <div className="flex flex-col items-start gap-3">
      <Button pending={check.isPending} onClick={() => check.mutate(subject)}>
        Verify this file now
      </Button>
      <VerifyResult check={check} />
    </div>
  );
}

async function download(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The file could not be fetched: the server answered ${answer.status}.`);
  return answer.arrayBuffer();
}
