// C2SP signed notes (https://c2sp.org/signed-note): a text, a blank line, signature lines. Anybody who knows the format can
// check one with a public key and nothing of ours.
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { writeHash } from "./hash";

/** `publicKey` is the raw 32 bytes of an Ed25519 key. */
export type NoteKey = { readonly name: string; readonly publicKey: Buffer };

/** `sign` makes the 64 bytes of an Ed25519 signature. */
export type NoteSigner = NoteKey & { sign(bytes: Uint8Array): Buffer };

export type NoteSignature = { readonly name: string; readonly keyHash: Buffer; readonly signature: Buffer };
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

export const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_HASH_BYTES = 4;
const ED25519 = 1;
/** Everything of an Ed25519 SubjectPublicKeyInfo but the key. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Points of small order, their sign left out. As a public key, anybody can sign for one; 32 bytes of zero are the likeliest. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ...["ec", "ed", "ee"].map((low) => `${low}${"ff".repeat(30)}7f`),
]);

const NAME = /^[^\s+]+$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format's own rule, no control characters but the line feed
const TEXT = /^(?:[^\x00-\x1f\x7f]*\n)+$/u;
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u;

/** The note over `text`, one signature line for each signer. Throws TypeError when text or name cannot stand in a note. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!TEXT.test(text)) throw new TypeError("a note's text is lines that end in a line feed");
  const bytes = Buffer.from(text, "utf8");
  const lines = signers.map((signer) => {
    if (!NAME.test(signer.name)) throw new TypeError(`${JSON.stringify(signer.name)} cannot name a key`);
    const blob = Buffer.concat([keyHash(signer), signer.sign(bytes)]);
    return `— ${signer.name} ${blob.toString("base64")}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Text and signatures, unchecked; null when it is no note, or one in another than its one form. */
export function openNote(note: string): Note | null {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return null;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  const signatures = lines.map(signatureOf);
  if (!TEXT.test(text) || !signatures.every((signature) => signature !== null)) return null;
  return { text, signatures };
}

/** True when the note has this key's signature and it is good. One bad signature of the key's is enough to refuse. */
export function isSignedBy(note: string, key: NoteKey): boolean {
  const opened = openNote(note);
  if (opened === null || key.publicKey.length !== PUBLIC_KEY_BYTES) return false;
  const mark = keyHash(key);
  const own = opened.signatures.filter((one) => one.name === key.name && one.keyHash.equals(mark));
  const bytes = Buffer.from(opened.text, "utf8");
  return own.length > 0 && own.every(({ signature }) => isSignatureOf(key.publicKey, bytes, signature));
}

/** The four bytes that say in a note which key signed: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its beginning. */
export function keyHash(key: NoteKey): Buffer {
  const hash = createHash("sha256").update(`${key.name}\n`).update(Uint8Array.of(ED25519)).update(key.publicKey);
  return hash.digest().subarray(0, KEY_HASH_BYTES);
}

/** SHA-256 of the raw public key, written. */
export function fingerprint(publicKey: Uint8Array): string {
  return writeHash(createHash("sha256").update(publicKey).digest());
}

/** True for a good Ed25519 signature. `publicKey` is raw; false too for bytes that are no key, or one that anybody has. */
export function isSignatureOf(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = publicKeyOf(publicKey);
  return key !== null && verify(null, bytes, key, signature);
}

function publicKeyOf(raw: Uint8Array): KeyObject | null {
  if (raw.length !== PUBLIC_KEY_BYTES || isOfSmallOrder(raw)) return null;
  try {
    return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
  } catch {
    return null;
  }
}

function isOfSmallOrder(raw: Uint8Array): boolean {
  const bytes = Buffer.from(raw);
  bytes[PUBLIC_KEY_BYTES - 1] = (bytes[PUBLIC_KEY_BYTES - 1] ?? 0) & 0x7f;
  return SMALL_ORDER.has(bytes.toString("hex"));
}

function signatureOf(line: string): NoteSignature | null {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || base64 === undefined || !NAME.test(name)) return null;
  const blob = Buffer.from(base64, "base64");
  // Base64 has several texts for some bytes; a note has one.
  if (blob.length <= KEY_HASH_BYTES || blob.toString("base64") !== base64) return null;
  return { name, keyHash: blob.subarray(0, KEY_HASH_BYTES), signature: blob.subarray(KEY_HASH_BYTES) };
}
