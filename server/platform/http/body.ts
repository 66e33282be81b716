// Reads a request's body without ever holding more than the limit.

import { maxBodyBytes } from "@/server/platform/http/contract";
import { PayloadTooLarge, type Problem, UnsupportedMediaType } from "@/server/platform/http/problem";

function tooLarge(limit: number): Problem {
  return PayloadTooLarge.with({ detail: `The body may have at most ${limit} bytes.`, max_bytes: limit });
}

/** 413 from the announced length alone, before anything is read or anybody is looked up. */
export function refuseAnnouncedSize(request: Request, limit: number = maxBodyBytes): void {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > limit) throw tooLarge(limit);
}

/** The body's bytes; empty when there is none. Throws 413 as soon as the limit is passed. */
export async function readBody(request: Request, limit: number = maxBodyBytes): Promise<Uint8Array> {
  // An announced length is what the HTTP parser delivers at most, so the quick way is bounded.
  if (request.headers.has("content-length")) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > limit) throw tooLarge(limit);
    return bytes;
  }
  return request.body === null ? new Uint8Array() : collect(request.body, limit);
}

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

/** 415 unless the body is announced as JSON in UTF-8. */
export function requireJson(request: Request): void {
  const [type = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const isJson = /^application\/(?:[\w.+-]+\+)?json$/.test(type.trim());
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith("charset="));
  if (isJson && (charset === undefined || /^charset="?utf-8"?$/.test(charset))) return;
  throw UnsupportedMediaType.with({ detail: "Send the body as Content-Type: application/json in UTF-8." });
}
