"use client";

import { exportLogs } from "@/server/logs/contract";
import type { CallOf } from "@/server/platform/http/contract";
import { ProblemError } from "@/server/platform/http/problem";

export interface SavedFile {
  name: string;
  /** In bytes. */
  size: number;
  /** Hexadecimal, as the server said it; null where it did not. */
  sha256: string | null;
}

/** Has the file made and saved by the browser. Rejects with `ProblemError` where the server refuses. */
export async function downloadLogs(body: CallOf<typeof exportLogs>["body"]): Promise<SavedFile> {
  const response = await fetch(exportLogs.path, {
    method: exportLogs.method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
  const file = await response.blob();
  const name = nameIn(response.headers.get("content-disposition")) ?? `logs.${body.format}`;
  save(file, name);
  return { name, size: file.size, sha256: sha256In(response.headers.get("repr-digest")) };
}

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function nameIn(disposition: string | null): string | null {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? null;
}

/** RFC 9530: `sha-256=:base64:`. */
function sha256In(digest: string | null): string | null {
  const encoded = /sha-256=:([A-Za-z0-9+/=]+):/.exec(digest ?? "")?.[1];
  if (encoded === undefined) return null;
  return [...atob(encoded)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
