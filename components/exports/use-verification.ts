"use client";

import { useMutation } from "@tanstack/react-query";
import { type FileVerdict, maxVerifyBytes, verifyExport } from "@/server/exports/contract";
import { api } from "@/server/platform/http/client";

export interface Checked {
  verdict: FileVerdict;
  fileName: string;
}

/** What verification is asked about: a file that was chosen, or one that is fetched first. */
export interface Subject {
  fileName: string;
  /** In bytes; null when it is not known before it is read. */
  size: number | null;
  read: () => Promise<ArrayBuffer>;
}

/** Too large for this server; the stand-alone verifier has no such limit. */
export class FileTooLarge extends Error {
  override readonly name = "FileTooLarge";
}

export function useVerification() {
  return useMutation<Checked, Error, Subject>({
    mutationFn: async ({ fileName, size, read }) => {
      if (size !== null && size > maxVerifyBytes) throw new FileTooLarge();
      const bytes = new Uint8Array(await read());
      if (bytes.length > maxVerifyBytes) throw new FileTooLarge();
      return { verdict: await api.call(verifyExport, { body: bytes }), fileName };
    },
  });
}
