// Reads a request's body without ever holding more than the limit.

import { PayloadTooLarge, UnsupportedMediaType } from "@/server/platform/http/problem";

export const maxBodyBytes = 1_048_576;
const tooLarge = { detail: `The body may have at most ${maxBodyBytes} bytes.`, max_bytes: maxBodyBytes };

/** 413 from the announced length alone, before anything is read or anybody is looked up. */
export function refuseAnnouncedSize(request: Request): void {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > maxBodyBytes) throw PayloadTooLarge.with(tooLarge);
}

/** The body's bytes; empty when there is none. Throws 413 as soon as the limit is passed. */
export async function readBody(request: Request): Promise<Uint8Array> {
  // An announced length is what the HTTP parser delivers at most, so the quick way is bounded.
  if (request.headers.has("content-length")) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > maxBodyBytes) throw PayloadTooLarge.with(tooLarge);
    return bytes;
  }
  return request.body === null ? new Uint8Array() : collect(request.body);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    size += value.byteLength;
    if (size > maxBodyBytes) {
      await reader.cancel();
      throw PayloadTooLarge.with(tooLarge);
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
