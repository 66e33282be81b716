// §17 of docs/evidence-format.md, written from that document alone.
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { fileHolds, textOfNote } from "./second-file-verifier";

type Key = { readonly fingerprint: string; readonly public_key: string };
type Bundle = {
  readonly bundle: { readonly bundle_id: string };
  readonly proof: { readonly bundle_hash: string; readonly checkpoint: string; readonly key_history: readonly Key[] };
};

/** Does the document hold, and the bundle in it? */
export function documentHolds(pdf: Buffer): boolean {
  try {
    return check(pdf);
  } catch {
    return false;
  }
}

function check(pdf: Buffer): boolean {
  const text = pdf.toString("latin1");
  const line = /%%EOF\n%holdpoint-seal ([A-Za-z0-9+/=]+)\n$/.exec(text);
  if (!text.startsWith("%PDF-") || line === null) return false;
  const note = Buffer.from(line[1] ?? "", "base64");
  if (note.toString("base64") !== line[1]) return false;
  const covered = pdf.subarray(0, line.index + "%%EOF\n".length);
  const content = attachmentOf(covered);
  if (!fileHolds(content)) return false;
  const { bundle, proof }: Bundle = JSON.parse(content);
  const origin = proof.checkpoint.split("\n")[0] ?? "";
  const keys = proof.key_history.map(({ public_key }) => ({ name: origin, raw: Buffer.from(public_key, "hex") }));
  const lines = [origin, "pdf v1", `bundle ${bundle.bundle_id}`, `bundle_hash ${proof.bundle_hash}`];
  const file = createHash("sha256").update(covered).digest("hex");
  const wanted = `${[...lines, `file sha256:${file}`].join("\n")}\n`;
  const signedBy = (of: string) => keys.findLastIndex((key) => textOfNote(firstSignature(of), [key]) !== null);
  const isGood = textOfNote(note.toString("utf8"), keys) === wanted;
  return isGood && signedBy(note.toString("utf8")) >= signedBy(proof.checkpoint);
}

// The examples have one signature each; this one is enough to tell which key it was.
function firstSignature(note: string): string {
  const end = note.indexOf("\n", note.indexOf("\n\n") + 2);
  return note.slice(0, end + 1);
}

function attachmentOf(pdf: Buffer): string {
  const text = pdf.toString("latin1");
  const parts = text.split(/\/Type\s*\/EmbeddedFile(?!s)/);
  if (parts.length !== 2) throw new Error("not one attachment");
  const object = `${parts[0]?.slice(parts[0].lastIndexOf(" obj"))}${parts[1]}`;
  const dictionary = object.slice(0, object.indexOf("stream"));
  const begin = text.indexOf("stream", parts[0]?.length) + "stream".length;
  const start = begin + (text[begin] === "\r" ? 2 : 1);
  const bytes = pdf.subarray(start, start + Number(/\/Length (\d+)/.exec(dictionary)?.[1]));
  return (dictionary.includes("/FlateDecode") ? inflateSync(bytes) : bytes).toString("utf8");
}
