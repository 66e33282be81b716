#!/usr/bin/env node
// Holdpoint's stand-alone verifier of evidence. One file, Node 20.12 or newer, nothing else: it opens no connection and reads only
// the files it is given. What it checks is described in docs/evidence-format.md; run it with --help.
// Made from server/evidence and scripts/verify-file.ts by scripts/verifier.mjs. Do not edit it.


// scripts/verify-file.ts
import { readFileSync, statSync } from "node:fs";
import { open as open2 } from "node:fs/promises";
import { parseArgs } from "node:util";

// scripts/bundle-lines.ts
import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
var BLOCK = 1 << 20;
var MAX_LINE = 256 << 20;
var LF = 10;
var NotLines = class extends Error {
  name = "NotLines";
};
async function openLines(path, isHeader) {
  const file = await open(path);
  const { size } = await file.stat();
  const header = await firstLine(file, size);
  const isLines = header !== null && !await isBlank(file, header.end, size) && isHeader(header.line);
  if (!isLines) {
    await file.close();
    return null;
  }
  const proof = await lastLine(file, { from: header.end, size });
  const parts = { header: header.line, proof: proof.line, records: records(file, header.end, proof.start) };
  return { ...parts, close: () => file.close() };
}
async function firstLine(file, size) {
  const blocks = [];
  for (let at = 0; at < Math.min(size, MAX_LINE); at += BLOCK) {
    const block = await read(file, at, Math.min(size, at + BLOCK));
    const end = block.indexOf(LF);
    blocks.push(end < 0 ? block : block.subarray(0, end));
    if (end >= 0) return { line: textOf(Buffer.concat(blocks)), end: at + end + 1 };
  }
  return null;
}
async function isBlank(file, from, size) {
  return size - from <= BLOCK && (await read(file, from, size)).toString("latin1").trim() === "";
}
async function lastLine(file, { from, size }) {
  const blocks = [];
  for (let end = size; end > from && size - end < MAX_LINE; end -= BLOCK) {
    const at = Math.max(from, end - BLOCK);
    const block = await read(file, at, end);
    if (end === size && block.at(-1) !== LF) throw new NotLines("the last line has no end");
    const found = block.lastIndexOf(LF, end === size ? -2 : -1);
    blocks.unshift(block.subarray(found + 1));
    if (found >= 0) return { line: withoutEnd(Buffer.concat(blocks)), start: at + found + 1 };
  }
  return { line: withoutEnd(Buffer.concat(blocks)), start: from };
}
async function* records(file, from, to) {
  let rest = Buffer.alloc(0);
  for (let at = from; at < to; at += BLOCK) {
    const bytes = Buffer.concat([rest, await read(file, at, Math.min(to, at + BLOCK))]);
    const end = bytes.lastIndexOf(LF);
    rest = Buffer.from(bytes.subarray(end + 1));
    if (rest.length > MAX_LINE) throw new NotLines("a line without an end");
    if (end >= 0) yield textOf(bytes.subarray(0, end)).split("\n");
  }
}
async function read(file, from, to) {
  const block = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, from + filled);
    if (bytesRead === 0) throw new NotLines("the file became shorter while it was read");
    filled += bytesRead;
  }
  return block;
}
function withoutEnd(bytes) {
  return textOf(bytes.at(-1) === LF ? bytes.subarray(0, -1) : bytes);
}
function textOf(bytes) {
  if (!isUtf8(bytes)) throw new NotLines("the file is not UTF-8");
  return bytes.toString("utf8");
}

// server/evidence/trusted-keys.ts
import { createPublicKey as createPublicKey2 } from "node:crypto";

// server/evidence/canonical.ts
var NotCanonical = class extends TypeError {
  name = "NotCanonical";
};
var STRICT = { isStrict: true };
var FULL = { isStrict: false };
var MAX_DEPTH = 128;
var PLAIN = /^[ !#-[\]-~]*$/;
var LONE_SURROGATE = new RegExp("\\p{Surrogate}", "u");
function canonicalText(value) {
  return write(value, STRICT, 0);
}
function canonicalBytes(value) {
  return Buffer.from(canonicalText(value), "utf8");
}
function jcs(value) {
  return write(value, FULL, 0);
}
function isCanonicalTextOf(value, text2) {
  return isInOrder(value, STRICT, 0) && JSON.stringify(value) === text2;
}
function quickCanonicalText(value) {
  return isInOrder(value, STRICT, 0) ? JSON.stringify(value) : null;
}
function isJcsTextOf(value, text2) {
  return isInOrder(value, FULL, 0) && JSON.stringify(value) === text2;
}
function isInOrder(value, dialect, depth) {
  if (typeof value === "string") return isWritable(value, dialect);
  if (typeof value === "number") return dialect.isStrict ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "boolean";
  if (value === null) return !dialect.isStrict;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, dialect, depth + 1));
  let last = null;
  for (const [name, member2] of Object.entries(value)) {
    const isNext = (last === null || last < name) && isWritable(name, dialect);
    if (!isNext || !isInOrder(member2, dialect, depth + 1)) return false;
    last = name;
  }
  return true;
}
function isWritable(text2, dialect) {
  return PLAIN.test(text2) || !LONE_SURROGATE.test(text2) && !(dialect.isStrict && text2.includes("\0"));
}
function write(value, dialect, depth) {
  switch (typeof value) {
    case "string":
      return writeString(value, dialect);
    case "number":
      return writeNumber(value, dialect);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (depth >= MAX_DEPTH) throw new NotCanonical(`nested deeper than ${MAX_DEPTH} levels`);
      if (value === null) return writeNull(dialect);
      return Array.isArray(value) ? writeArray(value, dialect, depth) : writeObject(value, dialect, depth);
    default:
      throw new NotCanonical(`a ${typeof value} has no canonical form`);
  }
}
function writeNull(dialect) {
  if (dialect.isStrict) throw new NotCanonical("null has no canonical form: leave the member out");
  return "null";
}
function writeNumber(value, dialect) {
  if (dialect.isStrict ? Number.isSafeInteger(value) : Number.isFinite(value)) return String(value);
  throw new NotCanonical(`the number ${value} has no canonical form`);
}
function writeString(value, dialect) {
  if (PLAIN.test(value)) return `"${value}"`;
  if (LONE_SURROGATE.test(value)) throw new NotCanonical("a lone surrogate has no canonical form");
  if (dialect.isStrict && value.includes("\0")) throw new NotCanonical("U+0000 has no canonical form");
  return JSON.stringify(value);
}
function writeArray(values, dialect, depth) {
  let text2 = "[";
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text2 += ",";
    text2 += write(values[i], dialect, depth + 1);
  }
  return `${text2}]`;
}
function writeObject(value, dialect, depth) {
  if (!isPlainObject(value)) throw new NotCanonical("only plain objects have a canonical form");
  let text2 = "";
  for (const key of orderedKeys(value)) {
    const member2 = Reflect.get(value, key);
    if (member2 === void 0) continue;
    text2 += `${text2 === "" ? "" : ","}${writeString(key, dialect)}:${write(member2, dialect, depth + 1)}`;
  }
  return `{${text2}}`;
}
var FEW_KEYS = 32;
function orderedKeys(value) {
  const keys = Object.keys(value);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] ?? "";
    let at = i;
    for (; at > 0 && (keys[at - 1] ?? "") > key; at -= 1) keys[at] = keys[at - 1] ?? "";
    keys[at] = key;
  }
  return keys;
}
function isPlainObject(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || typeof prototype === "object" && Object.getPrototypeOf(prototype) === null;
}

// server/evidence/signed-note.ts
import { createHash as createHash2, createPublicKey, verify } from "node:crypto";

// server/evidence/hash.ts
import { createHash, hash as digest } from "node:crypto";
var hashKinds = [
  "genesis",
  "record",
  "seal",
  "addendum",
  "commit",
  "stored",
  "request",
  "answer",
  "snapshot",
  "policy-set",
  "after-image",
  "audit",
  "audit-chain",
  "incident-event",
  "key",
  "bundle",
  "bundle-lines",
  "review"
];
var HASH_BYTES = 32;
var prefixes = new Map(hashKinds.map((kind) => [kind, Buffer.from(`holdpoint/v1/${kind}\0`)]));
var WRITTEN = /^sha256:[0-9a-f]{64}$/;
function H(kind, ...parts) {
  const prefix = prefixes.get(kind);
  if (!prefix) throw new TypeError(`unknown hash kind ${kind}`);
  const bytes = parts.map((part) => typeof part === "string" ? Buffer.from(part, "utf8") : part);
  return Buffer.from(digest("sha256", Buffer.concat([prefix, ...bytes]), "hex"), "hex");
}
function hasherOf(kind) {
  return createHash("sha256").update(`holdpoint/v1/${kind}\0`);
}
function writeHash(bytes) {
  if (bytes.length !== HASH_BYTES) throw new TypeError(`a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
  return `sha256:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
}
function readHash(text2) {
  return WRITTEN.test(text2) ? Buffer.from(text2.slice("sha256:".length), "hex") : null;
}

// server/evidence/signed-note.ts
var PUBLIC_KEY_BYTES = 32;
var SIGNATURE_BYTES = 64;
var KEY_HASH_BYTES = 4;
var ED25519 = 1;
var SPKI = Buffer.from("302a300506032b6570032100", "hex");
var SMALL_ORDER = /* @__PURE__ */ new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ...["ec", "ed", "ee"].map((low) => `${low}${"ff".repeat(30)}7f`)
]);
var NAME = /^[^\s+]+$/u;
var TEXT = /^(?:[^\x00-\x1f\x7f]*\n)+$/u;
var SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u;
function openNote(note) {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return null;
  const text2 = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  const signatures = lines.map(signatureOf);
  if (!TEXT.test(text2) || !signatures.every((signature) => signature !== null)) return null;
  return { text: text2, signatures };
}
function isSignedBy(note, key) {
  const opened2 = openNote(note);
  if (opened2 === null || key.publicKey.length !== PUBLIC_KEY_BYTES) return false;
  const mark = keyHash(key);
  const own = opened2.signatures.filter((one) => one.name === key.name && one.keyHash.equals(mark));
  const bytes = Buffer.from(opened2.text, "utf8");
  return own.length > 0 && own.every(({ signature }) => isSignatureOf(key.publicKey, bytes, signature));
}
function keyHash(key) {
  const hash = createHash2("sha256").update(`${key.name}
`).update(Uint8Array.of(ED25519)).update(key.publicKey);
  return hash.digest().subarray(0, KEY_HASH_BYTES);
}
function fingerprint(publicKey) {
  return writeHash(createHash2("sha256").update(publicKey).digest());
}
function isSignatureOf(publicKey, bytes, signature) {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = publicKeyOf(publicKey);
  return key !== null && verify(null, bytes, key, signature);
}
function publicKeyOf(raw) {
  if (raw.length !== PUBLIC_KEY_BYTES || isOfSmallOrder(raw)) return null;
  try {
    return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
  } catch {
    return null;
  }
}
function isOfSmallOrder(raw) {
  const bytes = Buffer.from(raw);
  bytes[PUBLIC_KEY_BYTES - 1] = (bytes[PUBLIC_KEY_BYTES - 1] ?? 0) & 127;
  return SMALL_ORDER.has(bytes.toString("hex"));
}
function signatureOf(line) {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === void 0 || base64 === void 0 || !NAME.test(name)) return null;
  const blob = Buffer.from(base64, "base64");
  if (blob.length <= KEY_HASH_BYTES || blob.toString("base64") !== base64) return null;
  return { name, keyHash: blob.subarray(0, KEY_HASH_BYTES), signature: blob.subarray(KEY_HASH_BYTES) };
}

// server/evidence/trusted-keys.ts
var UnreadableKey = class extends Error {
  name = "UnreadableKey";
};
var HEX = /^[0-9a-fA-F]{64}$/;
var INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
var PEM = /^-----BEGIN PUBLIC KEY-----\s[^-]*-----END PUBLIC KEY-----$/;
var BASE64 = /^[A-Za-z0-9+/]{43}=$/;
function readTrustedKeys(text2) {
  const trimmed = text2.trim();
  if (HEX.test(trimmed)) return [{ public_key: trimmed.toLowerCase() }];
  if (BASE64.test(trimmed)) return [{ public_key: Buffer.from(trimmed, "base64").toString("hex") }];
  if (trimmed.startsWith("-----BEGIN")) return [{ public_key: ofPem(trimmed) }];
  const keys = publishedKeys(trimmed);
  if (keys.length === 0) throw new UnreadableKey("The key is neither a public key nor a file with published keys.");
  return keys;
}
function ofPem(pem) {
  try {
    if (!PEM.test(pem)) throw new UnreadableKey("not one public key");
    const key = createPublicKey2(pem);
    const der = key.export({ format: "der", type: "spki" });
    if (key.asymmetricKeyType === "ed25519") return der.subarray(-PUBLIC_KEY_BYTES).toString("hex");
  } catch {
  }
  throw new UnreadableKey("The key is PEM, but no Ed25519 public key.");
}
function publishedKeys(text2) {
  const value = parsed(text2);
  const keys = isPlainObject(value) ? value.keys : value;
  return Array.isArray(keys) ? keys.map(publishedKey) : [];
}
function publishedKey(value) {
  const key = isPlainObject(value) ? value : {};
  const { public_key, retired_at } = key;
  if (typeof public_key !== "string" || !HEX.test(public_key)) throw new UnreadableKey("A published key has no key.");
  const isRetired = retired_at !== void 0 && retired_at !== null;
  if (!isRetired) return { public_key: public_key.toLowerCase(), retired_at: null };
  if (typeof retired_at !== "string" || !INSTANT.test(retired_at)) {
    throw new UnreadableKey("A published key is retired, but not at an instant of the form YYYY-MM-DDTHH:MM:SS.mmmZ.");
  }
  return { public_key: public_key.toLowerCase(), retired_at };
}
function parsed(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return null;
  }
}

// server/evidence/verify-bundle.ts
import { isUtf8 as isUtf82 } from "node:buffer";

// server/evidence/bundle-file.ts
var BUNDLE_FORMAT = "holdpoint-evidence/1";
var LINES_FORMAT = "holdpoint-evidence/2";
var bundleFormats = [BUNDLE_FORMAT, LINES_FORMAT];
var LinesHasher = class {
  #hash = hasherOf("bundle-lines");
  add(line) {
    this.#hash.update(line).update("\n");
  }
  digest() {
    return this.#hash.digest();
  }
};
var BundleHasher = class {
  #header;
  #hash;
  #count = 0;
  constructor(header) {
    this.#header = header;
    this.#hash = hasherOf("bundle").update(`{"bundle":${jcs(header.bundle)}`).update(`,"incident_timeline":${jcs(header.incident_timeline)},"records":[`);
  }
  /** `canonical` is the record's canonical text, as it is stored. */
  addRecord(canonical) {
    if (this.#count > 0) this.#hash.update(",");
    this.#hash.update(canonical);
    this.#count += 1;
  }
  digest() {
    const { salts, snapshot } = this.#header;
    return this.#hash.update(`],"salts":${jcs(salts)},"snapshot":${jcs(snapshot)}}`).digest();
  }
};

// server/evidence/instant.ts
var FOUR_DIGIT_YEAR = /^\d{4}-/;
function instant(at) {
  const text2 = at.toISOString();
  if (!FOUR_DIGIT_YEAR.test(text2)) throw new RangeError(`${text2} has no canonical form`);
  return text2;
}

// server/evidence/chain.ts
function recordHash(previous, canonical) {
  return H("record", previous, canonical);
}
function addendumHash(previous, canonical) {
  return H("addendum", previous, canonical);
}

// server/evidence/record.ts
var MalformedRecord = class extends TypeError {
  name = "MalformedRecord";
};
var UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
function recordFromColumns(row) {
  const { body } = row;
  if (!isObject(body)) throw new MalformedRecord("the body is not an object");
  return {
    v: 1,
    tenant_id: uuid(row.tenantId),
    run_id: uuid(row.runId),
    seq: row.seq,
    kind: row.kind,
    ...row.stepIndex === null ? {} : { step_index: row.stepIndex },
    ...row.stepId === null ? {} : { step_id: uuid(row.stepId) },
    ...row.stepType === null ? {} : { step_type: row.stepType },
    recorded_at: instant(row.recordedAt),
    body
  };
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function uuid(text2) {
  if (!UUID.test(text2)) throw new MalformedRecord(`${JSON.stringify(text2)} is not a lower-case UUID`);
  return text2;
}

// server/evidence/finding.ts
var Finding = class extends Error {
  constructor(reason, seq = null) {
    super(seq === null ? reason : `${reason} at seq ${seq}`);
    this.reason = reason;
    this.seq = seq;
  }
  name = "Finding";
};

// server/evidence/strict-json.ts
var NotJson = class extends Error {
  name = "NotJson";
};
var AmbiguousJson = class extends Error {
  name = "AmbiguousJson";
};
var MAX_DEPTH2 = 128;
var MAX_NUMBER = 400;
var SPACE = /[ \t\n\r]*/y;
var CONTROL = /[\u0000-\u001f]/;
var NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
var WORD = /true|false|null/y;
var LONE_SURROGATE2 = new RegExp("\\p{Surrogate}", "u");
function parseStrictJson(text2) {
  const reader = new Reader(text2);
  const value = reader.value(0);
  reader.end();
  return value;
}
var Reader = class {
  #text;
  #at = 0;
  constructor(text2) {
    this.#text = text2;
  }
  value(depth) {
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
      case "f":
      case "n":
        return this.#word();
      default:
        return this.#number();
    }
  }
  end() {
    this.#take(SPACE);
    if (this.#at < this.#text.length) throw this.#unexpected();
  }
  #object(depth) {
    this.#deeper(depth);
    const object = {};
    for (let count = 0; this.#hasNext("}", count === 0); count += 1) {
      this.#take(SPACE);
      const name = this.#string();
      this.#take(SPACE);
      this.#punctuation(":");
      if (Object.hasOwn(object, name)) throw new AmbiguousJson(`the member ${JSON.stringify(name)} is there twice`);
      const value = this.value(depth + 1);
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return object;
  }
  #array(depth) {
    this.#deeper(depth);
    const array = [];
    while (this.#hasNext("]", array.length === 0)) array.push(this.value(depth + 1));
    return array;
  }
  /** Steps over the comma before the next item, or over the closing bracket. */
  #hasNext(close, isFirst) {
    this.#take(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return false;
    }
    if (!isFirst) this.#punctuation(",");
    return true;
  }
  // Found by its closing quote rather than by a pattern: a pattern's stack ends before a long string does.
  #string() {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#unexpected();
    let end = this.#text.indexOf('"', start + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    const literal = this.#text.slice(start, end + 1);
    if (end < 0 || CONTROL.test(literal)) throw this.#unexpected();
    const text2 = literal.includes("\\") ? this.#unescaped(literal) : literal.slice(1, -1);
    if (LONE_SURROGATE2.test(text2)) throw new AmbiguousJson("half a surrogate pair stands alone");
    this.#at = end + 1;
    return text2;
  }
  #isEscaped(quote) {
    let first = quote;
    while (this.#text[first - 1] === "\\") first -= 1;
    return (quote - first) % 2 === 1;
  }
  #unescaped(literal) {
    try {
      return String(JSON.parse(literal));
    } catch {
      throw this.#unexpected();
    }
  }
  #number() {
    const literal = this.#take(NUMBER);
    if (literal === null || literal === "") throw this.#unexpected();
    const number = Number(literal);
    const isKept = Number.isFinite(number) && literal.length <= MAX_NUMBER && isSameDecimal(String(number), literal);
    if (!isKept) throw new AmbiguousJson(`the number ${literal.slice(0, 40)} does not fit a double`);
    return number;
  }
  #word() {
    const word = this.#take(WORD);
    if (word === null) throw this.#unexpected();
    return word === "null" ? null : word === "true";
  }
  #deeper(depth) {
    if (depth >= MAX_DEPTH2) throw new AmbiguousJson(`nested deeper than ${MAX_DEPTH2} levels`);
    this.#at += 1;
  }
  #punctuation(mark) {
    if (this.#text[this.#at] !== mark) throw this.#unexpected();
    this.#at += 1;
  }
  #take(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }
  #unexpected() {
    const what = this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : "the end";
    return new NotJson(`unexpected ${what} at character ${this.#at + 1}`);
  }
};
function isSameDecimal(one, other) {
  return one === other || decimalOf(one) === decimalOf(other);
}
function decimalOf(literal) {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === "" ? "0" : `${significant}e${power}`;
}

// server/evidence/verdict.ts
var checkNames = [
  "format",
  "pdf_seal",
  "bundle_hash",
  "snapshot",
  "chain",
  "seal",
  "commitments",
  "figures",
  "keys",
  "checkpoint",
  "inclusion",
  "first_checkpoint",
  "outside_checkpoint",
  "receipts"
];
var Discrepancy = class extends Error {
  name = "Discrepancy";
};
function insist(holds, what) {
  if (!holds) throw new Discrepancy(what);
}
var CheckList = class {
  #checks = /* @__PURE__ */ new Map();
  /** `work` says what it found good. Null when it did not hold. Errors that are not about the file pass through. */
  run(name, work) {
    try {
      const { detail, value } = work();
      if (!this.hasFailed(name)) this.#checks.set(name, { name, ok: true, detail });
      return value;
    } catch (error) {
      this.fail(name, error);
      return null;
    }
  }
  /** Rethrows what is not about the file. The first failure of a check stands. */
  fail(name, error) {
    if (!isAboutTheFile(error)) throw error;
    if (!this.hasFailed(name)) this.#checks.set(name, { name, ok: false, detail: error.message });
  }
  /** For a check that needs another one's result. */
  skip(name, missing) {
    this.#checks.set(name, { name, ok: false, detail: `could not be looked at: ${missing}` });
  }
  hasFailed(name) {
    return this.#checks.get(name)?.ok === false;
  }
  all() {
    return checkNames.flatMap((name) => this.#checks.get(name) ?? []);
  }
};
function isAboutTheFile(error) {
  const isOurs = error instanceof Discrepancy || error instanceof Finding;
  const isText = error instanceof NotJson || error instanceof AmbiguousJson;
  return isOurs || isText || error instanceof NotCanonical || error instanceof MalformedRecord || error instanceof RangeError;
}

// server/evidence/bundle-shape.ts
var HEADER = ["bundle", "incident_timeline", "salts", "snapshot"];
var PROOF = [
  ...["format", "bundle_hash", "genesis", "chain_root", "seal", "entries", "checkpoint"],
  ...["first_checkpoint_covering_seal", "key_history"]
];
var ENTRY = ["kind", "id", "hash", "at", "leaf_index", "inclusion"];
var KEY = ["fingerprint", "public_key", "active_from"];
var SALT = /^[0-9a-f]{32}$/;
var SEQ = /^[1-9]\d{0,15}$/;
function readHeader(value, others) {
  const file = objectOf(value, "the file");
  demandMembers(file, [...HEADER, ...others], "the file");
  return {
    bundle: objectOf(file.bundle, "bundle"),
    incident_timeline: listOf(file.incident_timeline, "incident_timeline").map(
      (event) => canonicalObject(event, "an event of incident_timeline")
    ),
    salts: readSalts(file.salts),
    snapshot: file.snapshot === null ? null : readSnapshot(file.snapshot)
  };
}
function readLinesHeader(value) {
  const line = objectOf(value, "the first line");
  demandMembers(line, ["bundle", "incident_timeline", "snapshot"], "the first line");
  const header = readHeader({ ...line, salts: {} }, []);
  insist(!Object.hasOwn(header.bundle, "steps"), "bundle.steps stand beside the records, not in the first line");
  return header;
}
function readBeside(line) {
  const { record: _record, salts, step, ...others } = line;
  insist(Object.keys(others).length === 0, "a line has a member that means nothing");
  return {
    ...salts === void 0 ? {} : { salts: saltsOf(salts, "the salts beside a record") },
    ...step === void 0 ? {} : { step: objectOf(step, "the step beside a record") }
  };
}
function readProof(value) {
  const proof = objectOf(value, "proof");
  demandMembers(proof, PROOF, "proof");
  const format = bundleFormats.find((known) => known === proof.format);
  insist(format !== void 0, `the format is none of ${bundleFormats.join(", ")}`);
  const first = proof.first_checkpoint_covering_seal;
  return {
    format,
    bundle_hash: hashText(proof.bundle_hash, "proof.bundle_hash"),
    genesis: proof.genesis === null ? null : canonicalObject(proof.genesis, "proof.genesis"),
    chain_root: proof.chain_root === null ? null : hashText(proof.chain_root, "proof.chain_root"),
    seal: proof.seal === null ? null : canonicalObject(proof.seal, "proof.seal"),
    entries: listOf(proof.entries, "proof.entries").map(readEntry),
    checkpoint: textOf2(proof.checkpoint, "proof.checkpoint"),
    first_checkpoint_covering_seal: first === null ? null : readFirstCheckpoint(first),
    key_history: listOf(proof.key_history, "proof.key_history").map(readKey)
  };
}
function canonicalObject(value, where) {
  const object = objectOf(value, where);
  canonicalText(asCanonical(object));
  return asCanonical(object);
}
function objectOf(value, where) {
  insist(isPlainObject(value), `${where} is not an object`);
  return value;
}
function readEntry(value, at) {
  const where = `entry ${at + 1} of proof.entries`;
  const entry = objectOf(value, where);
  demandMembers(entry, ENTRY, where);
  const { leaf_index } = entry;
  insist(typeof leaf_index === "number" && Number.isSafeInteger(leaf_index) && leaf_index >= 0, `${where}: leaf_index`);
  return {
    kind: textOf2(entry.kind, `${where}: kind`),
    id: textOf2(entry.id, `${where}: id`),
    hash: hashText(entry.hash, `${where}: hash`),
    at: textOf2(entry.at, `${where}: at`),
    leaf_index,
    inclusion: listOf(entry.inclusion, `${where}: inclusion`).map((node) => hashText(node, `${where}: inclusion`))
  };
}
function readFirstCheckpoint(value) {
  const where = "proof.first_checkpoint_covering_seal";
  const first = objectOf(value, where);
  demandMembers(first, ["checkpoint", "consistency"], where);
  return {
    checkpoint: textOf2(first.checkpoint, `${where}: checkpoint`),
    consistency: listOf(first.consistency, `${where}: consistency`).map((node) => hashText(node, where))
  };
}
function readKey(value, at) {
  const where = `key ${at + 1} of proof.key_history`;
  const key = objectOf(value, where);
  const isFollower = Object.hasOwn(key, "predecessor");
  demandMembers(key, isFollower ? [...KEY, "predecessor", "endorsement"] : KEY, where);
  return {
    fingerprint: hashText(key.fingerprint, `${where}: fingerprint`),
    public_key: textOf2(key.public_key, `${where}: public_key`),
    active_from: textOf2(key.active_from, `${where}: active_from`),
    ...isFollower ? { predecessor: hashText(key.predecessor, `${where}: predecessor`) } : {},
    ...isFollower ? { endorsement: textOf2(key.endorsement, `${where}: endorsement`) } : {}
  };
}
function readSnapshot(value) {
  const snapshot = objectOf(value, "snapshot");
  demandMembers(snapshot, ["content", "policy_set"], "snapshot");
  return {
    content: canonicalObject(snapshot.content, "snapshot.content"),
    policy_set: canonicalObject(snapshot.policy_set, "snapshot.policy_set")
  };
}
function readSalts(value) {
  const salts = objectOf(value, "salts");
  const read2 = Object.entries(salts).map(([seq, of]) => {
    insist(SEQ.test(seq), `salts: ${JSON.stringify(seq)} is no seq`);
    return [seq, saltsOf(of, `salts of seq ${seq}`)];
  });
  return Object.fromEntries(read2);
}
function saltsOf(value, where) {
  const { input_salt, output_salt, input, output, ...others } = objectOf(value, where);
  insist(Object.keys(others).length === 0, `${where} has members that mean nothing`);
  return {
    ...input_salt === void 0 ? {} : { input_salt: saltText(input_salt, where) },
    ...output_salt === void 0 ? {} : { output_salt: saltText(output_salt, where) },
    ...input === void 0 ? {} : { input },
    ...output === void 0 ? {} : { output }
  };
}
function demandMembers(object, names, where) {
  const missing = names.find((name) => !Object.hasOwn(object, name));
  insist(missing === void 0, `${where} has no member ${missing}`);
  const extra = Object.keys(object).find((name) => !names.includes(name));
  insist(extra === void 0, `${where} has a member ${JSON.stringify(extra)} that means nothing`);
}
function listOf(value, where) {
  insist(Array.isArray(value), `${where} is not an array`);
  return value;
}
function textOf2(value, where) {
  insist(typeof value === "string", `${where} is not a text`);
  return value;
}
function hashText(value, where) {
  const text2 = textOf2(value, where);
  insist(readHash(text2) !== null, `${where} is not a hash`);
  return text2;
}
function saltText(value, where) {
  const text2 = textOf2(value, where);
  insist(SALT.test(text2), `${where}: a salt is 16 bytes in hex`);
  return text2;
}
function asCanonical(value) {
  return value;
}

// server/evidence/bundle-record.ts
var MEMBERS = /* @__PURE__ */ new Set([
  ...["v", "tenant_id", "run_id", "seq", "kind", "step_index", "step_id", "step_type", "recorded_at", "body"]
]);
var INSTANT2 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
function recordOfLine(line) {
  const value = quickly(line);
  if (!isCanonicalTextOf(value, line)) return recordOf(parseStrictJson(line));
  return { record: asRecord(value), bytes: Buffer.from(line, "utf8") };
}
function recordAndBeside(line) {
  const quick = quickly(line);
  const value = isJcsTextOf(quick, line) ? quick : inItsOneForm(line);
  insist(isPlainObject(value), "a line is not an object");
  return { ...recordOf(value.record), beside: readBeside(value), line };
}
function inItsOneForm(line) {
  const value = parseStrictJson(line);
  insist(jcs(value) === line, "a line is not in the one form that it has");
  return value;
}
function recordOf(value) {
  insist(isPlainObject(value), "a record is not an object");
  const text2 = quickCanonicalText(value) ?? canonicalText(asCanonical2(value));
  return { record: asRecord(value), bytes: Buffer.from(text2, "utf8") };
}
function asRecord(value) {
  insist(isPlainObject(value), "a record is not an object");
  for (const name of Object.keys(value)) {
    if (!MEMBERS.has(name)) throw new Discrepancy(`a record has a member ${JSON.stringify(name)} that means nothing`);
  }
  const { v, tenant_id, run_id, seq, kind, recorded_at, body } = value;
  insist(v === 1, "a record of another version");
  insist(typeof seq === "number" && typeof kind === "string", "a record without seq or kind");
  insist(typeof tenant_id === "string" && typeof run_id === "string", "a record without tenant or run");
  insist(typeof recorded_at === "string" && INSTANT2.test(recorded_at), "a record without an instant");
  const recordedAt = new Date(recorded_at);
  if (Number.isNaN(recordedAt.getTime())) throw new MalformedRecord(`${recorded_at} is no instant`);
  const columns = { tenantId: tenant_id, runId: run_id, seq, kind, recordedAt, body };
  const stepIndex = optional(value.step_index, "number");
  const [stepId, stepType] = [optional(value.step_id, "string"), optional(value.step_type, "string")];
  const record = recordFromColumns({ ...columns, stepIndex, stepId, stepType });
  if (record.recorded_at !== recorded_at) throw new Discrepancy(`${recorded_at} is no instant`);
  return record;
}
function optional(value, type) {
  if (value === void 0) return null;
  if (typeof value !== type) throw new Discrepancy(`a record's step is not named by a ${type}`);
  return value;
}
function quickly(line) {
  try {
    return JSON.parse(line);
  } catch {
    return void 0;
  }
}
function asCanonical2(value) {
  return value;
}

// server/evidence/embedded-file.ts
import { inflateSync } from "node:zlib";
var MAX_BYTES = 256 * 1024 * 1024;
var AttachmentTooLarge = class extends Error {
  name = "AttachmentTooLarge";
};
var MAX_DICTIONARY = 4096;
var TYPE = /\/Type\s{0,8}\/EmbeddedFile(?![A-Za-z])/g;
var STREAM = /\bstream\r?\n/g;
function embeddedFile(pdf, most) {
  const text2 = pdf.toString("latin1");
  TYPE.lastIndex = 0;
  const only = TYPE.exec(text2);
  insist(only !== null, "the document has 0 attachments, not one");
  insist(TYPE.exec(text2) === null, "the document has 2 attachments or more, not one");
  const start = text2.lastIndexOf(" obj", only.index);
  STREAM.lastIndex = only.index;
  const stream = STREAM.exec(text2);
  insist(start >= 0 && stream !== null, "the document's attachment has no content");
  const dictionary = text2.slice(start, stream.index);
  insist(dictionary.length <= MAX_DICTIONARY, "the attachment's dictionary is not one of ours");
  const begin = stream.index + stream[0].length;
  const length = lengthOf(dictionary, text2);
  insist(/^\s*endstream\b/.test(text2.slice(begin + length, begin + length + 16)), "the attachment's length is wrong");
  const bytes = pdf.subarray(begin, begin + length);
  const filter = /\/Filter\s{0,8}\[?\s{0,8}\/(\w{1,32})/.exec(dictionary)?.[1];
  insist(filter === void 0 || filter === "FlateDecode", `the attachment is encoded as ${filter}`);
  if (most !== void 0 && bytes.length > most) throw new AttachmentTooLarge();
  return filter === void 0 ? bytes : inflated(bytes, most);
}
function lengthOf(dictionary, text2) {
  const [, digits, generation] = /\/Length\s{1,8}(\d{1,10})(?!\d)(?:\s{1,8}(\d{1,5})\s{1,8}R)?/.exec(dictionary) ?? [];
  insist(digits !== void 0, "the attachment has no length");
  if (generation === void 0) return Number(digits);
  const [, length] = new RegExp(`(?:^|\\s)${digits} ${generation} obj\\s{1,8}(\\d{1,10})\\s{1,8}endobj`).exec(text2) ?? [];
  insist(length !== void 0, "the attachment's length is nowhere");
  return Number(length);
}
function inflated(bytes, most) {
  try {
    return inflateSync(bytes, { maxOutputLength: most ?? MAX_BYTES });
  } catch (error) {
    const isLong = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isLong && most !== void 0) throw new AttachmentTooLarge();
    insist(false, `the attachment cannot be read: ${error instanceof Error ? error.message : "unknown"}`);
    return bytes;
  }
}

// server/evidence/commitment.ts
var SALT_BYTES = 16;
function commitTo(original, salt) {
  return writeHash(H("commit", checked(salt), jcs(original)));
}
function commitToStored(kept, salt) {
  return writeHash(H("stored", checked(salt), jcs(kept)));
}
var pool = Buffer.alloc(0);
function checked(salt) {
  if (salt.length !== SALT_BYTES) throw new TypeError(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`);
  return salt;
}

// server/evidence/bundle-payloads.ts
var OpenedPayloads = class {
  /** Payloads whose commitment fits what is kept, and of these the parts that are there as they were sent. */
  opened = 0;
  asSent = 0;
  #salts;
  #unread;
  #fault = null;
  constructor(salts) {
    this.#salts = salts;
    this.#unread = new Set(Object.keys(salts));
  }
  /**
   * Opens a record with the salts of the header, or with those `beside` it. Notes what is wrong rather than throwing: the
   * chain holds without its payloads.
   */
  open(record, beside) {
    const seq = String(record.seq);
    const salts = this.#unread.delete(seq) ? this.#salts[seq] : beside;
    if (salts === void 0) return;
    try {
      this.#open(salts, promisesOf(record), `seq ${seq}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#fault ??= error;
    }
  }
  /** Throws the first thing that was wrong. */
  finish() {
    if (this.#fault !== null) throw this.#fault;
    const [left] = this.#unread;
    insist(left === void 0, `there are salts for seq ${left}, but no such record`);
  }
  #open(salts, promises, at) {
    const [inputSalt, outputSalt] = [bytesOf(salts.input_salt), bytesOf(salts.output_salt)];
    insist(
      inputSalt === null || promises.input_commit !== void 0,
      `${at} has a salt for an input it never promised`
    );
    insist(
      outputSalt === null || promises.output_commit !== void 0,
      `${at} has a salt for an output it never promised`
    );
    const { input, output } = salts;
    if (input === void 0 && output === void 0) return;
    const salt = inputSalt ?? outputSalt;
    insist(salt !== null, `${at} has a payload without a salt`);
    const kept = { ...input === void 0 ? {} : { input }, ...output === void 0 ? {} : { output } };
    insist(commitToStored(kept, salt) === promises.stored_commit, `the payload of ${at} is not the one it promised`);
    this.opened += 1;
    if (input !== void 0 && inputSalt && commitTo(input, inputSalt) === promises.input_commit) this.asSent += 1;
    if (output !== void 0 && outputSalt && commitTo(output, outputSalt) === promises.output_commit) this.asSent += 1;
  }
};
function promisesOf({ body }) {
  const commitments = body.commitments;
  return isPlainObject(commitments) ? commitments : {};
}
function bytesOf(hex) {
  return hex === void 0 ? null : Buffer.from(hex, "hex");
}

// server/evidence/figure-comparison.ts
var UNITS_PER_CENT = 1e4;
function compare(shown, expected, where) {
  if (!isPlainObject(shown)) return 0;
  const names = Object.keys(expected).filter((name) => Object.hasOwn(shown, name));
  for (const name of names) {
    const isSame2 = Object.is(shown[name], expected[name]) || jcs(shown[name]) === jcs(expected[name]);
    if (isSame2) continue;
    insist(false, `${where}.${name} is ${shortText(shown[name])}, but the records say ${shortText(expected[name])}`);
  }
  return names.length;
}
function cents(units) {
  return units / UNITS_PER_CENT;
}
function shortText(value) {
  const text2 = jcs(value ?? null);
  return text2.length > 80 ? `${text2.slice(0, 80)}…` : text2;
}

// server/evidence/bundle-steps.ts
var FIRST_OF_STEP = /* @__PURE__ */ new Set(["admission", "report", "violation", "stopped"]);
function beginsStep({ kind, step_index }) {
  return step_index !== void 0 && FIRST_OF_STEP.has(kind);
}
function withRecord(known, { record, view, hash }) {
  const commitments = Object(record.body.commitments ?? {});
  if (known === void 0) return { view, seqs: [record.seq], hash, commitments: [commitments] };
  known.seqs.push(record.seq);
  known.commitments.push(commitments);
  return { ...known, view, hash };
}
var StepsBeside = class {
  #ends;
  #inflection;
  #open = /* @__PURE__ */ new Map();
  #listed = 0;
  #unlisted = 0;
  #compared = 0;
  #fault = null;
  constructor(ends) {
    this.#ends = ends;
    const violation = ends.seal?.violation;
    this.#inflection = isPlainObject(violation) ? violation.step_index : void 0;
  }
  /** A record of the chain; `step` is what stands beside it. Notes what is wrong rather than throwing. */
  see(record, step) {
    if (beginsStep(record)) {
      if (step === void 0) this.#unlisted += 1;
      else this.#list(record, step);
    } else if (step !== void 0) {
      this.#note(() => insist(false, `a step stands beside seq ${record.seq}, which begins none`));
    }
  }
  /** What the chain makes of the same record. `isOver`: no other record of the step can follow. */
  fold(made, isOver) {
    const { step_index } = made.view;
    const open3 = this.#open.get(step_index);
    if (open3 === void 0) return;
    open3.evidence = withRecord(open3.evidence, made);
    if (!isOver) return;
    this.#open.delete(step_index);
    this.#compare(open3.step, open3.evidence);
  }
  /** Returns how many figures were compared. Throws the first thing that was wrong. */
  finish() {
    for (const { step, evidence } of this.#open.values()) this.#compare(step, evidence);
    this.#open.clear();
    if (this.#fault !== null) throw this.#fault;
    insist(this.#listed === 0 || this.#unlisted === 0, `${this.#unlisted} steps of the run are not listed, others are`);
    return this.#compared;
  }
  #list(record, step) {
    const index = record.step_index ?? 0;
    this.#listed += 1;
    this.#note(() => {
      insist(step.step_index === index, `beside seq ${record.seq} stands another step than its own`);
      insist(!this.#open.has(index), `step ${index} is listed twice`);
    });
    this.#open.set(index, { step, evidence: void 0 });
  }
  #compare(step, evidence) {
    this.#note(() => {
      insist(evidence !== void 0, "a step is listed that no record is about");
      const of = { ends: this.#ends, isInflection: evidence.view.step_index === this.#inflection };
      this.#compared += verifyStep(step, evidence, of);
    });
  }
  #note(work) {
    if (this.#fault !== null) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#fault = error;
    }
  }
};
function verifySteps(steps, chain) {
  insist(
    Array.isArray(steps) && steps.length === chain.steps.size,
    "bundle.steps has more or fewer steps than the run"
  );
  const inflection = chain.fold.violation?.step_index;
  let compared = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const step of steps) {
    insist(isPlainObject(step) && typeof step.step_index === "number", "a step of the bundle has no index");
    const found = chain.steps.get(step.step_index);
    insist(found !== void 0 && step.step_index > last, `bundle.steps is not in the order of the run's steps`);
    last = step.step_index;
    compared += verifyStep(step, found, { ends: chain.ends, isInflection: found.view.step_index === inflection });
  }
  return compared;
}
function verifyStep(step, found, place) {
  const compared = compare(step, stepFigures(found, place), `step ${found.view.step_index}`);
  verifyCommitments(step, found);
  return compared;
}
function stepFigures({ view, seqs, hash }, { ends, isInflection }) {
  const [input, output] = [view.input_tokens ?? null, view.output_tokens ?? null];
  const isOpen = view.state === "open" || view.state === "lapsed";
  const startedAt = Date.parse(String(ends.genesis.started_at));
  return {
    ...{ timestamp: view.recorded_at, step_type: view.step_type, action: view.action },
    ...{ state: ends.seal !== null && isOpen ? "presumed" : view.state },
    ...{
      tokens: input === null || output === null ? null : input + output,
      input_tokens: input,
      output_tokens: output
    },
    ...{
      cost_cents: view.cost_units === void 0 ? null : cents(view.cost_units),
      cost_source: view.cost_source ?? null
    },
    ...{ duration_ms: view.duration_ms ?? null, is_inflection: isInflection, content_hash: writeHash(hash) },
    ...{ status: verdictOf(view, isInflection), skill: view.skill ?? null, model: view.model ?? null, records: seqs },
    estimated_tokens: view.estimate.input_tokens + view.estimate.output_tokens,
    estimated_cost_cents: cents(view.estimate.cost_units),
    offset_ms: Date.parse(view.recorded_at) - startedAt,
    ...{ settled_at: view.settled_at ?? null, claimed_started_at: view.started_at ?? null }
  };
}
function verdictOf(view, isInflection) {
  if (isInflection || view.step_type === "violation") return "violation";
  if (view.step_type === "stopped") return "ok";
  if (view.action === "block") return "violation";
  return view.action === "warn" ? "warning" : "ok";
}
function verifyCommitments(step, { commitments }) {
  for (const name of ["input_commit", "output_commit", "stored_commit"]) {
    const promised = commitments.map((one) => one[name]).filter((commit) => commit !== void 0);
    const shown = step[name] ?? null;
    const isSame2 = shown === null ? promised.length === 0 : promised.some((commit) => commit === shown);
    insist(isSame2 || !Object.hasOwn(step, name), `step ${step.step_index}.${name} is not what a record of it promised`);
  }
}

// db/vocabulary.ts
var recordKinds = [
  "admission",
  "result",
  "report",
  "late",
  "lapse",
  "violation",
  "stopped",
  "pause",
  "release",
  "end"
];
var decisionSources = ["rule", "limit", "default", "failure_mode"];
var signalTypes = ["near", "breach"];
var raisedSignals = [...signalTypes, "unpriced"];
var incidentSources = [...decisionSources, "run", "manual", "system"];
var leafKinds = [
  "snapshot",
  "seal",
  "addendum",
  "incident_event",
  "audit",
  "override",
  "approval",
  "key",
  "bundle",
  "retention"
];

// server/evidence/fold.ts
var NO_ESTIMATE = { input_tokens: 0, output_tokens: 0, cost_units: 0 };
var KINDS = new Set(recordKinds);
var takesIndex = /* @__PURE__ */ new Set(["admission", "report", "violation", "stopped"]);
function emptyFold() {
  const nothing = { input_tokens: 0, output_tokens: 0, cost_units: 0, steps: 0 };
  const sums = { totals: { ...nothing }, late: { ...nothing }, unsettled: /* @__PURE__ */ new Map() };
  return { ...sums, violation: null, end: null, error: null, lastStepIndex: 0 };
}
function foldRecord(fold, record) {
  if (!KINDS.has(record.kind)) throw new MalformedRecord(`unknown kind ${JSON.stringify(record.kind)}`);
  if (fold.end !== null && record.kind !== "late") throw new MalformedRecord("a record after the end");
  if (takesIndex.has(record.kind)) fold.lastStepIndex = Math.max(fold.lastStepIndex, record.step_index ?? 0);
  switch (record.kind) {
    case "admission":
      fold.unsettled.set(indexOf(record), admitted(fold, record));
      return null;
    case "lapse":
      openStep(fold, record).state = "lapsed";
      return null;
    case "report":
      return settle(fold, record, opened(record));
    case "result":
      return settle(fold, record, openStep(fold, record));
    case "late":
      return settle(fold, record, openStep(fold, record));
    case "violation":
      fold.violation = member(record.body, "violation");
      return closing(record);
    case "stopped":
      fold.end = member(record.body, "end");
      return closing(record);
    case "end":
      fold.end = member(record.body, "end");
      if (fold.end.cause === "complete" && record.body.error !== void 0) fold.error = member(record.body, "error");
      return null;
    default:
      return null;
  }
}
function outstanding(fold) {
  return [...fold.unsettled.values()].filter((step) => step.state !== "settled").sort((one, other) => one.step_index - other.step_index);
}
function admitted(fold, record) {
  if (fold.unsettled.has(indexOf(record))) throw new MalformedRecord("a step is admitted twice");
  const step = opened(record);
  step.state = step.action === "block" ? "settled" : "open";
  step.admitted_seq = record.seq;
  return step;
}
function opened(record) {
  const step = {
    step_index: indexOf(record),
    ...record.step_id === void 0 ? {} : { step_id: record.step_id },
    step_type: stepTypeOf(record),
    state: "settled",
    retry_count: 0,
    estimate: estimateOf(record),
    action: text(member(record.body, "decision"), "action"),
    recorded_at: record.recorded_at
  };
  claim(step, record);
  return step;
}
function closing(record) {
  if (record.step_index === void 0) return null;
  return {
    step_index: record.step_index,
    step_type: stepTypeOf(record),
    state: "settled",
    retry_count: 0,
    estimate: NO_ESTIMATE,
    action: "block",
    result_seq: record.seq,
    recorded_at: record.recorded_at,
    settled_at: record.recorded_at
  };
}
function settle(fold, record, step) {
  const usage2 = member(record.body, "usage");
  const isLate = record.kind === "late";
  claim(step, record);
  step.input_tokens = integer(usage2, "input_tokens");
  step.output_tokens = integer(usage2, "output_tokens");
  step.duration_ms = integer(usage2, "duration_ms");
  if (usage2.cost_units !== void 0) step.cost_units = integer(usage2, "cost_units");
  step.cost_source = text(usage2, "cost_source");
  step.state = isLate ? "late" : "settled";
  step.result_seq = record.seq;
  step.settled_at = record.recorded_at;
  if (record.body.decision !== void 0) step.action = text(member(record.body, "decision"), "action");
  addUsage(isLate ? fold.late : fold.totals, step);
  fold.unsettled.delete(step.step_index);
  return step;
}
function addUsage(totals, step) {
  totals.input_tokens += step.input_tokens ?? 0;
  totals.output_tokens += step.output_tokens ?? 0;
  totals.cost_units += step.cost_units ?? 0;
  totals.steps += 1;
}
function claim(step, record) {
  const claims = member(record.body, "step");
  if (claims.skill !== void 0) step.skill = text(claims, "skill");
  if (claims.model !== void 0) step.model = text(claims, "model");
  if (claims.status !== void 0) step.status = text(claims, "status");
  if (claims.started_at !== void 0) step.started_at = text(claims, "started_at");
  if (claims.retry_count !== void 0) step.retry_count = integer(claims, "retry_count");
}
function openStep(fold, record) {
  const step = fold.unsettled.get(indexOf(record));
  if (!step || step.state === "settled") throw new MalformedRecord(`${record.kind} of a step that is not open`);
  return step;
}
function indexOf(record) {
  if (record.step_index === void 0) throw new MalformedRecord(`${record.kind} without a step index`);
  return record.step_index;
}
function stepTypeOf(record) {
  if (record.step_type === void 0) throw new MalformedRecord(`${record.kind} without a step type`);
  return record.step_type;
}
function estimateOf(record) {
  if (record.body.estimate === void 0 && record.kind !== "admission") return NO_ESTIMATE;
  const estimate = member(record.body, "estimate");
  return {
    input_tokens: integer(estimate, "input_tokens"),
    output_tokens: integer(estimate, "output_tokens"),
    cost_units: integer(estimate, "cost_units")
  };
}
function member(body, name) {
  const value = body[name];
  if (!isObject2(value)) throw new MalformedRecord(`${name} is not an object`);
  return value;
}
function isObject2(value) {
  return isPlainObject(value);
}
function integer(object, name) {
  const value = object[name];
  if (typeof value !== "number") throw new MalformedRecord(`${name} is not a number`);
  return value;
}
function text(object, name) {
  const value = object[name];
  if (typeof value !== "string") throw new MalformedRecord(`${name} is not a text`);
  return value;
}

// server/evidence/seal.ts
function sealOf(parts) {
  const open3 = [...parts.openAdmissions].sort((one, other) => one.step_index - other.step_index);
  return {
    v: 1,
    tenant_id: parts.tenantId,
    run_id: parts.runId,
    trace_id: parts.traceId,
    ...parts.snapshotHash === null ? {} : { snapshot_hash: writeHash(parts.snapshotHash) },
    root: writeHash(parts.root),
    count: parts.count,
    totals: { ...parts.totals, ...presumed(open3) },
    status: parts.status,
    termination_reason: parts.terminationReason,
    ...parts.stoppedAtStep === null ? {} : { stopped_at_step: parts.stoppedAtStep },
    ...parts.violation === null ? {} : { violation: parts.violation },
    started_at: instant(parts.startedAt),
    ended_at: instant(parts.endedAt),
    open_admissions: open3
  };
}
function sealHash(seal) {
  return H("seal", canonicalText(seal));
}
function openAdmissionsOf(fold) {
  return outstanding(fold).map(({ step_index, step_id, estimate }) => ({
    step_index,
    ...step_id === void 0 ? {} : { step_id },
    estimate
  }));
}
function presumed(open3) {
  let tokens = 0;
  let costUnits = 0;
  for (const { estimate } of open3) {
    tokens += estimate.input_tokens + estimate.output_tokens;
    costUnits += estimate.cost_units;
  }
  return { presumed_tokens: tokens, presumed_cost_units: costUnits };
}

// server/evidence/bundle-chain.ts
var GENESIS = ["engine", "run_id", "started_at", "tenant_id", "trace_id", "v"];
var BundleChain = class {
  fold = emptyFold();
  ends;
  genesisHash;
  /** a_i by seq. */
  addenda = /* @__PURE__ */ new Map();
  /** Only when the header lists the steps: else a million records would be held for nothing. */
  steps = /* @__PURE__ */ new Map();
  stepsBeside;
  payloads;
  seq = 0;
  stepCount = 0;
  /** Some usage came without a price. */
  isUnpriced = false;
  #head;
  #closed = null;
  #keepsSteps;
  #listener;
  constructor(header, ends, listener) {
    this.ends = ends;
    this.payloads = new OpenedPayloads(header.salts);
    this.stepsBeside = new StepsBeside(ends);
    this.genesisHash = H("genesis", canonicalText(ends.genesis));
    this.#head = this.genesisHash;
    this.#keepsSteps = Array.isArray(header.bundle.steps) && header.bundle.steps.length > 0;
    this.#listener = listener;
    listener({ seq: 0, hash: this.#head, recordedAt: String(ends.genesis.started_at) });
  }
  /** `beside`: what stands with the record in version 2. Throws MalformedRecord or Discrepancy. */
  add({ record, bytes }, beside = {}) {
    const { genesis } = this.ends;
    const seq = this.seq + 1;
    if (record.seq !== seq) throw new Discrepancy(`where seq ${seq} should stand, there is seq ${record.seq}`);
    const isOwn = record.tenant_id === genesis.tenant_id && record.run_id === genesis.run_id;
    if (!isOwn) throw new Discrepancy(`seq ${seq} belongs to another run`);
    const isLate = record.kind === "late";
    if (isLate) this.#passSeal();
    const hash = isLate ? addendumHash(this.#head, bytes) : recordHash(this.#head, bytes);
    const settled = foldRecord(this.fold, record);
    this.#head = hash;
    this.seq = seq;
    if (isLate) this.addenda.set(record.seq, hash);
    if (settled?.cost_source === "unpriced") this.isUnpriced = true;
    this.payloads.open(record, beside.salts);
    this.stepsBeside.see(record, beside.step);
    this.#noteStep(record, settled, hash);
    this.#listener({ seq: record.seq, hash, recordedAt: record.recorded_at });
  }
  /** The chain up to the seal; nothing but addenda may follow. */
  close() {
    this.#closed ??= { root: this.#head, count: this.seq, open: openAdmissionsOf(this.fold) };
    return this.#closed;
  }
  // The first addendum closes the chain: it hangs on the seal, as all after it do.
  #passSeal() {
    if (this.#closed !== null) return;
    if (this.ends.seal === null)
      throw new Discrepancy(`seq ${this.seq + 1} came after the end of a run that has no seal`);
    this.close();
    this.#head = sealHash(this.ends.seal);
  }
  #noteStep(record, settled, hash) {
    const index = record.step_index;
    if (index === void 0) return;
    if (beginsStep(record)) this.stepCount += 1;
    const view = settled ?? this.fold.unsettled.get(index);
    if (view === void 0) return;
    if (this.#keepsSteps) this.steps.set(index, withRecord(this.steps.get(index), { record, view, hash }));
    else this.stepsBeside.fold({ record, view, hash }, view.state === "settled" || view.state === "late");
  }
};
function verifyGenesis(genesis, snapshotHash) {
  const members = snapshotHash === null ? GENESIS : [...GENESIS, "snapshot_hash"];
  const isOne = Object.keys(genesis).sort().join() === [...members].sort().join() && genesis.v === 1;
  insist(isOne, "the genesis has other members than a genesis has");
  const named = snapshotHash === null ? void 0 : writeHash(snapshotHash);
  insist(genesis.snapshot_hash === named, "the chain begins with the hash of another snapshot");
}
function verifyBundleSeal(chain, seal) {
  const { fold, ends } = chain;
  const { root, count, open: open3 } = chain.close();
  const { genesis } = ends;
  insist(fold.end !== null || count === 0, "the last record of the chain does not end the run");
  const end = fold.end ?? seal;
  const stoppedAtStep = end.stopped_at_step ?? null;
  insist(stoppedAtStep === null || typeof stoppedAtStep === "number", "stopped_at_step is no number");
  const expected = sealOf({
    tenantId: textMember(genesis, "tenant_id"),
    runId: textMember(genesis, "run_id"),
    traceId: textMember(genesis, "trace_id"),
    snapshotHash: genesis.snapshot_hash === void 0 ? null : readHash(textMember(genesis, "snapshot_hash")),
    root,
    count,
    totals: fold.totals,
    status: textMember(end, "status"),
    terminationReason: textMember(end, "termination_reason"),
    stoppedAtStep,
    violation: fold.violation,
    startedAt: new Date(textMember(genesis, "started_at")),
    endedAt: new Date(textMember(seal, "ended_at")),
    openAdmissions: open3
  });
  for (const member2 of /* @__PURE__ */ new Set([...Object.keys(expected), ...Object.keys(seal)])) {
    const isSame2 = textOf3(expected[member2]) === textOf3(seal[member2]);
    insist(isSame2, `the seal's ${member2} is not what the records say`);
  }
}
function textMember(object, name) {
  const value = object[name];
  insist(typeof value === "string", `${name} is not a text`);
  return value;
}
function textOf3(value) {
  return value === void 0 ? void 0 : canonicalText(value);
}

// server/evidence/bundle-figures.ts
function verifyFigures(bundle, run) {
  const { violation } = run.chain.fold;
  let compared = compare(bundle, figuresOf(run), "bundle");
  if (violation !== null) compared += compare(bundle, violationFigures(violation), "bundle");
  const context = violation === null ? {} : policyFigures(violation);
  compared += verifyCost(bundle, run.chain);
  compared += compare(bundle.policy_context, { ...context, ...snapshotFigures(run) }, "policy_context");
  compared += compare(bundle.integrity, integrityFigures(run), "integrity");
  const hasSteps = bundle.steps !== void 0 && !(Array.isArray(bundle.steps) && bundle.steps.length === 0);
  if (hasSteps) compared += verifySteps(bundle.steps, run.chain);
  return compared + run.chain.stepsBeside.finish();
}
function figuresOf({ chain, snapshot }) {
  const { genesis, seal } = chain.ends;
  const { totals, late, end } = chain.fold;
  const context = snapshot?.content.context;
  const ended = { ...seal };
  return {
    ...{ tenant_id: genesis.tenant_id, run_id: genesis.run_id, trace_id: genesis.trace_id },
    ...{ run_started_at: genesis.started_at, run_completed_at: ended.ended_at ?? null },
    ...seal === null ? {} : { run_status: seal.status },
    ...{ termination_reason: ended.termination_reason ?? null, stopped_at_step: ended.stopped_at_step ?? null },
    ...{ end_note: end?.note ?? null, content_hash: seal === null ? null : writeHash(sealHash(seal)) },
    ...{ total_steps: chain.stepCount, steps_completed: totals.steps + late.steps },
    total_tokens: totals.input_tokens + totals.output_tokens + late.input_tokens + late.output_tokens,
    total_duration_ms: seal === null ? null : Date.parse(String(seal.ended_at)) - Date.parse(String(genesis.started_at)),
    ...presumedFigures(chain),
    ...isPlainObject(context) ? contextFigures(context) : {}
  };
}
function verifyCost(bundle, { fold, isUnpriced }) {
  const units = fold.totals.cost_units + fold.late.cost_units;
  const isUnknown = units === 0 && isUnpriced;
  const expected = (name) => isUnknown && bundle[name] === null ? null : cents(units);
  const figures = {
    total_cost_cents: expected("total_cost_cents"),
    cost_incurred_cents: expected("cost_incurred_cents")
  };
  return compare(bundle, figures, "bundle");
}
function contextFigures(context) {
  return {
    ...{ agent_id: context.agent_id, agent_verified: context.agent_verified, run_goal: context.goal ?? null }
  };
}
function presumedFigures(chain) {
  const left = outstanding(chain.fold).filter(({ state }) => chain.ends.seal !== null || state === "lapsed");
  const tokens = left.reduce((sum, { estimate }) => sum + estimate.input_tokens + estimate.output_tokens, 0);
  const units = left.reduce((sum, { estimate }) => sum + estimate.cost_units, 0);
  return { presumed_tokens: tokens, presumed_cost_cents: cents(units) };
}
function violationFigures(violation) {
  const { step_index, timestamp } = violation;
  return { violation_step_index: step_index, violation_timestamp: timestamp, violation_time: timestamp };
}
function policyFigures(violation) {
  const { policy_id: violated_policy_id, policy_name: violated_policy_name, limit_id: violated_limit_id } = violation;
  const { violation_type, metric, threshold_value, actual_value, severity, reason, source, projected } = violation;
  const said = {
    ...{ violated_policy_id, violated_policy_name, violated_limit_id, violation_type, metric, threshold_value },
    ...{ actual_value, severity, reason, source, projected }
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== void 0));
}
function snapshotFigures({ snapshot }) {
  if (snapshot === null) return { policy_snapshot_id: null, snapshot_hash: null };
  const { snapshot_id, strategy } = snapshot.content;
  return { policy_snapshot_id: snapshot_id, snapshot_hash: writeHash(snapshot.hash), strategy };
}
function integrityFigures({ chain }) {
  const { seal } = chain.ends;
  return {
    ...{ genesis_hash: writeHash(chain.genesisHash), records_checked: chain.seq, late_records: chain.addenda.size },
    ...seal === null ? { seal_hash: null, sealed_at: null } : {},
    ...seal === null ? {} : { chain_root: writeHash(chain.close().root), seal_hash: writeHash(sealHash(seal)) },
    ...seal === null ? {} : { sealed_at: seal.ended_at }
  };
}

// server/evidence/leaf.ts
function leafBytes({ tenant_id, kind, id, hash, at }) {
  return canonicalBytes({ v: 1, tenant_id, kind, id, hash, at });
}

// server/evidence/merkle.ts
import { hash as digest2 } from "node:crypto";
var LEAF = Uint8Array.of(0);
var NODE = Uint8Array.of(1);
var EMPTY_ROOT = sha256(new Uint8Array(0));
function leafHash(leaf2) {
  return sha256(LEAF, leaf2);
}
function nodeHash(left, right) {
  return sha256(NODE, left, right);
}
function verifyInclusion(claim2) {
  if (!isBelow(claim2.index, claim2.size) || ![claim2.leafHash, ...claim2.path].every(isHash)) return false;
  let node = claim2.index;
  let last = claim2.size - 1;
  let root = claim2.leafHash;
  for (const sibling of claim2.path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      root = nodeHash(sibling, root);
      [node, last] = upToRightChild(node, last);
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(root, claim2.root);
}
function verifyConsistency(claim2) {
  const { from, to, fromRoot, toRoot, path } = claim2;
  if (!isBelow(from, to + 1) || !path.every(isHash)) return false;
  if (from === to) return path.length === 0 && isSame(fromRoot, toRoot) && (to > 0 || isSame(toRoot, EMPTY_ROOT));
  if (from === 0) return path.length === 0 && isSame(fromRoot, EMPTY_ROOT) && isHash(toRoot);
  const nodes = isPowerOfTwo(from) ? [fromRoot, ...path] : path;
  const [first, ...others] = nodes;
  if (first === void 0 || path.length === 0) return false;
  let node = from - 1;
  let last = to - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [oldRoot, newRoot] = [first, first];
  for (const sibling of others) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      newRoot = nodeHash(sibling, newRoot);
      [node, last] = upToRightChild(node, last);
    } else {
      newRoot = nodeHash(newRoot, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(oldRoot, fromRoot) && isSame(newRoot, toRoot);
}
function upToRightChild(node, last) {
  let [up, end] = [node, last];
  while (!isOdd(up) && up > 0) [up, end] = [half(up), half(end)];
  return [up, end];
}
function isBelow(index, size) {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}
function isPowerOfTwo(size) {
  return 2 ** Math.floor(Math.log2(size)) === size;
}
function isOdd(index) {
  return index % 2 === 1;
}
function half(index) {
  return Math.floor(index / 2);
}
function isHash(bytes) {
  return bytes.length === HASH_BYTES;
}
function isSame(one, other) {
  return Buffer.compare(one, other) === 0;
}
function sha256(...parts) {
  return Buffer.from(digest2("sha256", Buffer.concat(parts), "hex"), "hex");
}

// server/evidence/bundle-proof.ts
var OWN_KINDS = /* @__PURE__ */ new Set([
  ...["snapshot", "seal", "addendum", "incident_event", "key", "bundle"]
]);
var KINDS2 = new Set(leafKinds);
function verifyEntries(entries, log) {
  const named = new Map(entries.map((entry) => [nameOf(entry), entry]));
  insist(named.size === entries.length, "a leaf is named twice");
  insist(new Set(entries.map((entry) => entry.leaf_index)).size === entries.length, "two leaves have one place");
  const expected = new Map(log.expected.map((leaf2) => [nameOf(leaf2), leaf2]));
  for (const [name, leaf2] of expected) {
    const entry = named.get(name);
    insist(entry !== void 0, `no leaf is named for ${name}`);
    insist(entry.hash === leaf2.hash, `the leaf of ${name} holds another hash than the file's content has`);
  }
  for (const [name, entry] of named) {
    insist(KINDS2.has(entry.kind), `${name} is of no kind that a log has`);
    insist(expected.has(name) || !OWN_KINDS.has(entry.kind), `a leaf is named for ${name}, which is not in the file`);
    insist(isInLog(entry, log), `${name} does not lead to the checkpoint's root`);
  }
}
function verifyFirstCheckpoint(first, proof, checkpoint) {
  const seal = proof.entries.find((entry) => entry.kind === "seal");
  insist(seal !== void 0 && seal.leaf_index < first.size, "the first checkpoint does not cover the seal");
  insist(first.origin === checkpoint.origin, "the two checkpoints are of two logs");
  insist(first.at <= checkpoint.at, "the first checkpoint was signed after the last");
  const path = hashesOf(proof.first_checkpoint_covering_seal?.consistency ?? []);
  insist(
    isBeginning(first, checkpoint, path),
    "the log at the first checkpoint is not the beginning of the log at the last"
  );
}
function isBeginning(from, to, path) {
  return verifyConsistency({ from: from.size, to: to.size, fromRoot: from.root, toRoot: to.root, path });
}
function hashesOf(written) {
  return written.map((text2) => readHash(text2) ?? Buffer.alloc(0));
}
function isInLog(entry, log) {
  const { kind, id, hash, at } = entry;
  const { size, root } = log.checkpoint;
  const leaf2 = leafHash(leafBytes({ tenant_id: log.tenantId, kind, id, hash, at }));
  return verifyInclusion({ leafHash: leaf2, index: entry.leaf_index, size, path: hashesOf(entry.inclusion), root });
}
function nameOf({ kind, id }) {
  return `${kind} ${id}`;
}

// server/evidence/checkpoint.ts
var TEXT2 = /^(\S+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/u;
function checkpointText({ origin, size, root, at }) {
  return `${origin}
${size}
${root.toString("base64")}
time ${at}
`;
}
function readCheckpoint(text2) {
  const [, origin, digits, base64, at] = TEXT2.exec(text2) ?? [];
  if (origin === void 0 || base64 === void 0 || at === void 0) return null;
  const checkpoint = { origin, size: Number(digits), root: Buffer.from(base64, "base64"), at };
  const isOne = Number.isSafeInteger(checkpoint.size) && checkpoint.root.length === HASH_BYTES;
  return isOne && checkpointText(checkpoint) === text2 ? checkpoint : null;
}

// server/evidence/key-history.ts
var LABEL = Buffer.from("holdpoint/v1/key\0");
function keyStatementHash(key) {
  return H("key", keyStatementBytes(key));
}
function endorsedBytes(key) {
  return Buffer.concat([LABEL, keyStatementBytes(key)]);
}
function isKeyEntry(key) {
  const raw = Buffer.from(key.public_key, "hex");
  const isKey = raw.length === PUBLIC_KEY_BYTES && raw.toString("hex") === key.public_key;
  const isFollower = key.predecessor !== void 0;
  const isWhole = isFollower === (key.endorsement !== void 0) && (!isFollower || isWrittenHash(key.predecessor));
  return isKey && isWhole && fingerprint(raw) === key.fingerprint;
}
function isEndorsedBy(key, predecessor) {
  if (key.endorsement === void 0 || key.predecessor !== predecessor.fingerprint) return false;
  const signature = Buffer.from(key.endorsement, "hex");
  if (signature.toString("hex") !== key.endorsement) return false;
  return isSignatureOf(Buffer.from(predecessor.public_key, "hex"), endorsedBytes(key), signature);
}
function keyStatementBytes({ fingerprint: mark, public_key, active_from, predecessor }) {
  return canonicalBytes({ v: 1, fingerprint: mark, public_key, active_from, predecessor });
}
function isWrittenHash(text2) {
  return text2 !== void 0 && readHash(text2)?.length === HASH_BYTES;
}

// server/evidence/bundle-trust.ts
var ORIGIN = /^holdpoint\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/([0-9a-f-]{36})$/;
function verifyKeyHistory(history) {
  insist(history.length > 0, "the file names no key");
  history.forEach((key, at) => {
    const where = `key ${at + 1} of the history`;
    insist(isKeyEntry(key), `${where} is not what its fingerprint says`);
    const before = history[at - 1];
    if (before === void 0) return;
    insist(isEndorsedBy(key, before), `${where} is not vouched for by the one before it`);
    insist(before.active_from <= key.active_from, `${where} was active before the one it followed`);
  });
}
function openCheckpoint(note, of) {
  const checkpoint = readCheckpoint(openNote(note)?.text ?? "");
  insist(checkpoint !== null, `${of.what} is no checkpoint`);
  insist(ORIGIN.exec(checkpoint.origin)?.[1] === of.tenantId, `${of.what} is of another log: ${checkpoint.origin}`);
  return { ...checkpoint, signers: signersOf(note, { ...of, origin: checkpoint.origin }) };
}
function signersOf(note, of) {
  const signatures = openNote(note)?.signatures ?? [];
  const signers = signatures.map(
    ({ name, keyHash: mark }) => of.keys.find((key) => name === of.origin && keyHash(noteKey(key, name)).equals(mark))
  );
  const known = signers.filter((signer) => signer !== void 0);
  insist(signers.length > 0 && known.length === signers.length, `${of.what} is signed by a key that is not known here`);
  const isGood = known.every((key) => isSignedBy(note, noteKey(key, of.origin)));
  insist(isGood, `${of.what} has a signature that is not good`);
  insist(new Set(known).size === known.length, `${of.what} is signed by one key twice`);
  return known;
}
function isTrusted({ at, signers }, { proof, sealers }, trusted) {
  const believed = believedBy(proof, trusted);
  const isBelieved = ({ public_key }) => {
    const retiredAt = believed.get(public_key);
    return retiredAt !== void 0 && (retiredAt === null || at <= retiredAt);
  };
  return signers.some(isBelieved) && (sealers === null || sealers.some(isBelieved));
}
function believedBy(proof, trusted) {
  const believed = /* @__PURE__ */ new Map();
  for (const { public_key, retired_at = null } of trusted) {
    const known = believed.get(public_key) ?? null;
    believed.set(public_key, known !== null && (retired_at === null || known < retired_at) ? known : retired_at);
  }
  proof.key_history.forEach((key, at) => {
    const before = proof.key_history[at - 1];
    const isVouchedFor = before !== void 0 && believed.get(before.public_key) === null && isEndorsedBy(key, before);
    if (isVouchedFor && !believed.has(key.public_key)) believed.set(key.public_key, null);
  });
  return believed;
}
function noteKey(key, name) {
  return { name, publicKey: Buffer.from(key.public_key, "hex") };
}

// server/evidence/receipt.ts
var TEXT3 = /^(\S+)\nreceipt v1\nrun ([0-9a-f-]{36})\nseq (0|[1-9]\d{0,15})\nhash (sha256:[0-9a-f]{64})\nrecorded_at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/u;
function readReceipt(text2) {
  const [, origin, runId, digits, hash, recordedAt] = TEXT3.exec(text2) ?? [];
  if (origin === void 0 || runId === void 0 || hash === void 0 || recordedAt === void 0) return null;
  const seq = Number(digits);
  return Number.isSafeInteger(seq) ? { origin, run_id: runId, seq, hash, recorded_at: recordedAt } : null;
}

// server/evidence/outside-witness.ts
function readWitness(text2) {
  const whole = parsed2(text2);
  const lines = text2.split("\n");
  const values = whole === void 0 ? lines.filter(isJsonLine).map(parsed2) : [whole];
  const rest = whole === void 0 ? lines.filter((line) => !isJsonLine(line)).join("\n") : "";
  const flat = values.flat();
  return { notes: [...notesIn(rest), ...flat.flatMap(noteOf)], growths: flat.flatMap(growthOf) };
}
function verifyOutside(text2, inside, checkpoints) {
  const { last } = checkpoints;
  const { notes, growths } = readWitness(text2);
  const own = notes.filter((note) => openNote(note)?.text.startsWith(`${last.origin}
`) ?? false);
  insist(own.length > 0, `the outside file holds no checkpoint of ${last.origin}`);
  const of = { tenantId: inside.tenantId, keys: inside.known, what: "the outside checkpoint" };
  const seen = own.map((note) => openCheckpoint(note, of));
  for (const checkpoint of seen) demandGrowth(checkpoint, last);
  demandOneLog(seen);
  const compared = seen.filter((checkpoint) => isCompared(checkpoint, growths, checkpoints));
  insist(compared.length > 0, missingProof(seen[0]?.size ?? 0, last.size));
  const sizes = new Set(compared.map(({ size }) => size));
  const left = new Set(seen.map(({ size }) => size)).size - sizes.size;
  const more = left === 0 ? "" : `; nothing here compares it with ${left} other sizes that were seen`;
  return `the log is the one that was seen outside with ${[...sizes].join(", ")} leaves${more}`;
}
var Receipts = class {
  #open = /* @__PURE__ */ new Map();
  #all = [];
  #fault = null;
  constructor(text2, runId) {
    for (const note of readWitness(text2).notes) {
      const receipt = readReceipt(openNote(note)?.text ?? "");
      if (receipt === null) this.#fault ??= "the file holds something that is no receipt";
      else if (receipt.run_id === runId) this.#keep({ receipt, note });
    }
  }
  /** Told of every hash of the chain, the genesis as seq 0. */
  see(link) {
    for (const { receipt } of this.#open.get(link.seq) ?? []) {
      const isSame2 = receipt.hash === writeHash(link.hash) && receipt.recorded_at === link.recordedAt;
      if (!isSame2) this.#fault ??= `the receipt of seq ${link.seq} is for another record than the one in the file`;
    }
    this.#open.delete(link.seq);
  }
  /** Throws a Discrepancy unless there was a receipt of the run, each of them is signed, and its record was there. */
  finish(of) {
    insist(this.#all.length > 0, "the file holds no receipt of this run");
    for (const { receipt, note } of this.#all) {
      const what = `the receipt of seq ${receipt.seq}`;
      insist(receipt.origin === of.origin, `${what} is of another log: ${receipt.origin}`);
      signersOf(note, { origin: of.origin, keys: of.known, what });
    }
    insist(this.#fault === null, this.#fault ?? "");
    const [missing] = [...this.#open.keys()].sort((one, other) => one - other);
    insist(missing === void 0, `the record of the receipt of seq ${missing} is missing`);
    return `${this.#all.length} receipts of this run, and every record they are for is in the chain`;
  }
  #keep(kept) {
    this.#all.push(kept);
    this.#open.set(kept.receipt.seq, [...this.#open.get(kept.receipt.seq) ?? [], kept]);
  }
};
function demandGrowth(seen, last) {
  const isOlder = seen.at < last.at;
  const shrank = isOlder ? seen.size > last.size : seen.at > last.at && seen.size < last.size;
  insist(!shrank, `the log had ${seen.size} leaves at ${seen.at} and ${last.size} at ${last.at}: it was rolled back`);
}
function demandOneLog(seen) {
  const roots = /* @__PURE__ */ new Map();
  for (const { size, root } of seen) {
    insist((roots.get(size) ?? root).equals(root), `two logs: with ${size} leaves, two roots were seen outside`);
    roots.set(size, root);
  }
}
function isCompared(seen, growths, { last, first }) {
  const known = [last, first].find((one) => one?.size === seen.size) ?? null;
  if (known !== null) {
    insist(
      known.root.equals(seen.root),
      `two logs: with ${seen.size} leaves, one root outside and another in the file`
    );
    return true;
  }
  const [from, to] = seen.size < last.size ? [seen, last] : [last, seen];
  const growth = growths.find((one) => one.from === from.size && one.to === to.size);
  if (growth === void 0) return false;
  const isProven = isBeginning(from, to, hashesOf(growth.path));
  insist(isProven, `the log with ${from.size} leaves is not shown to be the beginning of the one with ${to.size}`);
  return true;
}
function missingProof(seen, own) {
  const [from, to] = seen < own ? [seen, own] : [own, seen];
  return `nothing here compares a log of ${seen} leaves with one of ${own}: put the answer of /api/v1/log/consistency?from=${from}&to=${to} behind the checkpoint, on a line of its own`;
}
function noteOf(value) {
  if (typeof value === "string") return [value];
  if (!isPlainObject(value)) return [];
  const note = value.checkpoint ?? value.note ?? value.receipt;
  return typeof note === "string" ? [note] : [];
}
function growthOf(value) {
  if (!isPlainObject(value)) return [];
  const { from, to, path } = value;
  const isPath = Array.isArray(path) && path.every((hash) => typeof hash === "string");
  return typeof from === "number" && typeof to === "number" && isPath ? [{ from, to, path }] : [];
}
function isJsonLine(line) {
  return /^\s*["[{]/.test(line);
}
function parsed2(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}
function notesIn(text2) {
  if (text2.trim() === "") return [];
  return `${text2.trimEnd()}
`.split(/(?<=\n— [^\n]*\n)\n*(?!— )(?=.)/u);
}

// server/evidence/pdf-seal.ts
import { createHash as createHash3 } from "node:crypto";
var MARK = "%holdpoint-seal ";
var END = "%%EOF\n";
var TEXT4 = /^(\S+)\npdf v1\nbundle ([A-Za-z0-9-]+)\nbundle_hash (sha256:[0-9a-f]{64})\nfile (sha256:[0-9a-f]{64})\n$/u;
var BASE642 = /^[A-Za-z0-9+/]+={0,2}$/;
function readPdfSeal(bytes) {
  const start = bytes.lastIndexOf(MARK);
  const covered = bytes.subarray(0, Math.max(start, 0));
  const line = bytes.subarray(covered.length + MARK.length).toString("latin1");
  const base64 = line.slice(0, -1);
  if (!covered.subarray(-END.length).equals(Buffer.from(END)) || line.at(-1) !== "\n" || !BASE642.test(base64))
    return null;
  const note = Buffer.from(base64, "base64");
  if (note.toString("base64") !== base64) return null;
  const [, origin, bundleId, bundleHash, file] = TEXT4.exec(textOf4(note.toString("utf8"))) ?? [];
  if (origin === void 0 || bundleId === void 0 || bundleHash === void 0 || file === void 0) return null;
  return { origin, bundle_id: bundleId, bundle_hash: bundleHash, file, note: note.toString("utf8"), covered };
}
function fileHash(bytes) {
  return writeHash(createHash3("sha256").update(bytes).digest());
}
function textOf4(note) {
  return note.slice(0, note.lastIndexOf("\n\n") + 1);
}

// server/evidence/bundle-log.ts
function verifyLogProof(checks, claims, witnesses) {
  const { proof } = claims;
  const keys = checks.run("keys", () => {
    verifyKeyHistory(proof.key_history);
    return { detail: keysDetail(proof.key_history), value: proof.key_history };
  });
  const checkpoint = keys === null ? null : openLast(checks, claims, keys);
  if (keys === null || checkpoint === null) {
    skipRest(checks, claims, witnesses);
    return { signers: [], isTrusted: false };
  }
  verifyInLog(checks, claims, checkpoint);
  const first = verifyFirst(checks, claims, { keys, checkpoint });
  const sealers = claims.seal === null ? null : verifyDocument(checks, claims, { keys, checkpoint, seal: claims.seal }) ?? [];
  verifyWitnesses(checks, witnesses, { keys, checkpoint, first });
  const signers = checkpoint.signers.map((key) => key.fingerprint);
  return { signers, isTrusted: isTrusted(checkpoint, { proof, sealers }, witnesses.trustedKeys) };
}
function openLast(checks, claims, keys) {
  return checks.run("checkpoint", () => {
    const of = { tenantId: claims.header.bundle.tenant_id, keys, what: "the checkpoint" };
    const checkpoint = openCheckpoint(claims.proof.checkpoint, of);
    const { origin, size, at } = checkpoint;
    return { detail: `signed for the log ${origin} with ${size} leaves, at ${at}`, value: checkpoint };
  });
}
function verifyInLog(checks, { header, proof, expected }, checkpoint) {
  checks.run("inclusion", () => {
    verifyTimeline(header);
    verifyEntries(proof.entries, { tenantId: String(header.bundle.tenant_id), checkpoint, expected });
    return { detail: `${proof.entries.length} leaves lead to the checkpoint's root`, value: null };
  });
}
function verifyTimeline({ bundle, incident_timeline }) {
  const ids = new Set(incident_timeline.map((event) => event.id));
  insist(ids.size === incident_timeline.length, "an event of the incident is there twice");
  for (const { id, tenant_id, incident_id } of incident_timeline) {
    const isOwn = tenant_id === bundle.tenant_id && incident_id === (bundle.incident_id ?? incident_id);
    insist(isOwn, `the event ${id} belongs to another incident`);
  }
}
function verifyFirst(checks, { header, proof }, { keys, checkpoint }) {
  return checks.run("first_checkpoint", () => {
    const claimed = proof.first_checkpoint_covering_seal;
    insist(claimed === null === (proof.seal === null), "a seal and the first checkpoint over it come together");
    if (claimed === null) return { detail: "there is no seal yet", value: null };
    const of = { tenantId: header.bundle.tenant_id, keys, what: "the first checkpoint" };
    const first = openCheckpoint(claimed.checkpoint, of);
    verifyFirstCheckpoint(first, proof, checkpoint);
    return { detail: `the seal was in the signed log at ${first.at}, and the log only grew since`, value: first };
  });
}
function verifyDocument(checks, { header, bundleHash }, signed) {
  const { keys, checkpoint, seal } = signed;
  return checks.run("pdf_seal", () => {
    insist(fileHash(seal.covered) === seal.file, "the document was changed after it was sealed");
    insist(seal.origin === checkpoint.origin, "the document was sealed for another log");
    const isOwn = seal.bundle_id === header.bundle.bundle_id && seal.bundle_hash === bundleHash;
    insist(isOwn, "the document carries another bundle than the one it was sealed with");
    const signers = signersOf(seal.note, { origin: seal.origin, keys, what: "the document's seal" });
    const oldest = Math.min(...checkpoint.signers.map((key) => keys.indexOf(key)));
    insist(
      signers.some((key) => keys.indexOf(key) >= oldest),
      "the document was sealed with a key that was retired"
    );
    return {
      detail: `all ${seal.covered.length} bytes before the seal line are those that were signed`,
      value: signers
    };
  });
}
function verifyWitnesses(checks, witnesses, log) {
  const { keys, checkpoint, first } = log;
  const { checkpoint: outside, receipts } = witnesses;
  const known = [...keys, ...witnesses.trustedKeys.filter(({ public_key }) => !isOneOf(keys, public_key))];
  const tenantId = checkpoint.origin.slice(checkpoint.origin.lastIndexOf("/") + 1);
  if (outside !== void 0) {
    checks.run("outside_checkpoint", () => {
      const detail = verifyOutside(outside, { tenantId, known }, { last: checkpoint, first });
      return { detail, value: null };
    });
  }
  if (receipts !== null) {
    checks.run("receipts", () => {
      insist(!checks.hasFailed("chain"), "the chain they are to be held against does not hold");
      return { detail: receipts.finish({ origin: checkpoint.origin, known }), value: null };
    });
  }
}
function isOneOf(keys, publicKey) {
  return keys.some((key) => key.public_key === publicKey);
}
function skipRest(checks, claims, witnesses) {
  const missing = "there is no checkpoint whose signature is good";
  if (!checks.hasFailed("checkpoint")) checks.skip("checkpoint", "the keys do not hold");
  checks.skip("inclusion", missing);
  checks.skip("first_checkpoint", missing);
  if (claims.seal !== null) checks.skip("pdf_seal", missing);
  if (witnesses.checkpoint !== void 0) checks.skip("outside_checkpoint", missing);
  if (witnesses.receipts !== null) checks.skip("receipts", missing);
}
function keysDetail(history) {
  const newest = history.at(-1)?.fingerprint;
  return history.length === 1 ? `one key: ${newest}` : `${history.length} keys, each vouched for by the one before: ${newest}`;
}

// server/evidence/file-verification.ts
var FileVerification = class {
  #checks;
  #options;
  #header;
  #proof;
  #hasher;
  #snapshot;
  #chain;
  #receipts;
  #records = 0;
  /** `checks` may hold earlier results. Header and proof have their shape already. */
  constructor(checks, file, options) {
    this.#checks = checks;
    this.#options = options;
    this.#header = file.header;
    this.#proof = file.proof;
    this.#hasher = hasherFor(file);
    this.#receipts = options.receipts === void 0 ? null : new Receipts(options.receipts, file.header.bundle.run_id);
    this.#snapshot = checks.run("snapshot", () => this.#verifySnapshot());
    this.#chain = checks.run("chain", () => ({ detail: "", value: this.#beginChain() }));
  }
  /** The next record of the file; `read` throws what is wrong with it. */
  add(read2) {
    this.#records += 1;
    const found = this.#checks.run("format", () => ({ detail: "", value: read2() }));
    if (found === null) return;
    if (this.#hasher instanceof BundleHasher) this.#hasher.addRecord(found.bytes);
    else if ("line" in found) this.#hasher.add(found.line);
    if (this.#checks.hasFailed("chain") || this.#checks.hasFailed("format")) return;
    try {
      insist(this.#chain !== null, "the bundle is about no run, but there are records");
      this.#chain.add(found, "beside" in found ? found.beside : void 0);
    } catch (error) {
      this.#checks.fail("chain", error);
    }
  }
  finish(seal) {
    const checks = this.#checks;
    checks.run("format", () => ({ detail: `a bundle of ${this.#records} records`, value: null }));
    const digest3 = writeHash(this.#hasher.digest());
    checks.run("bundle_hash", () => {
      insist(digest3 === this.#proof.bundle_hash, `the content has the hash ${digest3}, which is not the one it names`);
      return { detail: digest3, value: null };
    });
    this.#finishChain();
    const expected = this.#expectedLeaves(digest3);
    const claims = { header: this.#header, proof: this.#proof, expected, bundleHash: digest3, seal };
    const { signers, isTrusted: isTrusted2 } = verifyLogProof(checks, claims, { ...this.#options, receipts: this.#receipts });
    const all = checks.all();
    const failed = all.find(({ ok }) => !ok) ?? null;
    const { bundle_id } = this.#header.bundle;
    return {
      verified: failed === null,
      signer: isTrusted2 ? "trusted" : "unknown",
      checks: all,
      first_failure: failed?.name ?? null,
      readable: true,
      fingerprints: signers,
      bundle_id: typeof bundle_id === "string" ? bundle_id : null
    };
  }
  #verifySnapshot() {
    const { snapshot, bundle } = this.#header;
    if (snapshot === null) return { detail: "the bundle has no policy snapshot", value: null };
    const { content, policy_set } = snapshot;
    const setHash = writeHash(H("policy-set", canonicalText(policy_set)));
    insist(content.policy_set_hash === setHash, "the policy set is not the one that the snapshot names");
    const isOwn = content.tenant_id === bundle.tenant_id && content.run_id === bundle.run_id;
    insist(isOwn, "the snapshot belongs to another run");
    const hash = H("snapshot", canonicalText(content));
    return { detail: `the policies that were frozen for the run: ${writeHash(hash)}`, value: { content, hash } };
  }
  #beginChain() {
    const { genesis, seal, chain_root } = this.#proof;
    const { bundle } = this.#header;
    if (genesis === null) {
      const hasNothing = (bundle.run_id ?? null) === null && seal === null && chain_root === null;
      insist(hasNothing && this.#snapshot === null, "the bundle is about a run, but its chain has no beginning");
      return null;
    }
    insist(
      this.#header.snapshot === null || this.#snapshot !== null,
      "the chain begins with a snapshot that does not hold"
    );
    verifyGenesis(genesis, this.#snapshot?.hash ?? null);
    const isOwn = genesis.tenant_id === bundle.tenant_id && genesis.run_id === bundle.run_id;
    insist(isOwn, "the chain belongs to another run than the bundle");
    return new BundleChain(this.#header, { genesis, seal }, (link) => this.#receipts?.see(link));
  }
  #finishChain() {
    const checks = this.#checks;
    const chain = this.#chain;
    if (chain === null || checks.hasFailed("chain") || checks.hasFailed("format")) {
      if (!checks.hasFailed("chain")) checks.run("chain", () => this.#withoutRun());
      if (this.#proof.genesis === null && !checks.hasFailed("chain")) return;
      for (const name of ["seal", "commitments", "figures"]) checks.skip(name, "the chain does not hold");
      return;
    }
    checks.run("chain", () => {
      const root = writeHash(chain.close().root);
      insist(this.#proof.chain_root === root, `the records lead to ${root}, which is not the root the file names`);
      return { detail: `${chain.seq} records, each hashed with the one before it, lead to ${root}`, value: null };
    });
    checks.run("seal", () => ({ detail: sealDetail(chain), value: null }));
    checks.run("commitments", () => {
      chain.payloads.finish();
      const { opened: opened2, asSent } = chain.payloads;
      return {
        detail: `${opened2} payloads are those that were promised, ${asSent} parts of them as sent`,
        value: null
      };
    });
    checks.run("figures", () => {
      const compared = verifyFigures(this.#header.bundle, { chain, snapshot: this.#snapshot });
      return { detail: `${compared} figures of the bundle are those of the records`, value: null };
    });
  }
  #withoutRun() {
    insist(this.#proof.genesis === null && !this.#checks.hasFailed("format"), "the chain could not be read");
    return { detail: "the bundle is about no run", value: null };
  }
  #expectedLeaves(bundleHash) {
    const { bundle, incident_timeline } = this.#header;
    const { seal, genesis, key_history } = this.#proof;
    const runId = String(genesis?.run_id);
    const snapshot = this.#snapshot;
    const addenda = [...this.#chain?.addenda ?? []];
    return [
      { kind: "bundle", id: String(bundle.bundle_id), hash: bundleHash },
      ...snapshot === null ? [] : [leaf("snapshot", String(snapshot.content.snapshot_id), snapshot.hash)],
      ...seal === null ? [] : [leaf("seal", runId, sealHash(seal))],
      ...addenda.map(([seq, hash]) => leaf("addendum", `${runId}/${seq}`, hash)),
      ...incident_timeline.map((event) => leaf("incident_event", String(event.id), eventHash(event))),
      ...key_history.map((key) => leaf("key", key.fingerprint, keyStatementHash(key)))
    ];
  }
};
function hasherFor({ header, headerLine }) {
  if (headerLine === null) return new BundleHasher(header);
  const hasher = new LinesHasher();
  hasher.add(headerLine);
  return hasher;
}
function sealDetail(chain) {
  const { seal } = chain.ends;
  if (seal === null) {
    insist(chain.fold.end === null, "the run has ended, but its seal is missing");
    return "the run has not ended: there is no seal yet, and the chain may go on";
  }
  verifyBundleSeal(chain, seal);
  const late = chain.addenda.size === 0 ? "" : `; ${chain.addenda.size} results came later and hang on the seal`;
  return `the run's end, totals and violation are sealed as the records say${late}`;
}
function eventHash(event) {
  return H("incident-event", canonicalText(event));
}
function leaf(kind, id, hash) {
  return { kind, id, hash: writeHash(hash) };
}

// server/evidence/verify-bundle.ts
var NotABundle = class extends NotJson {
};
var PDF = Buffer.from("%PDF-");
function verifyBundle(bytes, options) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const checks = new CheckList();
  return file.subarray(0, PDF.length).equals(PDF) ? verifyDocument2(file, checks, options) : verifyText(file, checks, { options, seal: null });
}
async function verifyBundleLines(lines, options) {
  const checks = new CheckList();
  const parts = readOr(checks, () => partsOfLines(lines.header, lines.proof));
  if ("verdict" in parts) return parts.verdict;
  const verification = new FileVerification(checks, parts, options);
  for await (const page of lines.records) {
    for (const line of page) verification.add(() => parts.read(line));
  }
  return verification.finish(null);
}
function verifyDocument2(file, checks, options) {
  const seal = readPdfSeal(file);
  const attached = checks.run("pdf_seal", () => {
    insist(seal !== null, "the document does not end in its seal line: it has none, or was added to");
    return { detail: "", value: embeddedFile(seal.covered, options.mostAttached) };
  });
  if (attached === null) return unread(checks, true);
  const verdict = verifyText(attached, checks, { options, seal });
  return { ...verdict, readable: true };
}
function verifyText(bytes, checks, { options, seal }) {
  const file = readOr(checks, () => wholeFile(textOf5(bytes)), seal !== null);
  if ("verdict" in file) return file.verdict;
  const verification = new FileVerification(checks, file, options);
  for (const read2 of file.records) verification.add(read2);
  return verification.finish(seal);
}
function wholeFile(text2) {
  const lines = linesOf(text2);
  if (lines !== null) {
    const [header = "", ...others] = lines;
    const proof2 = others.pop() ?? "";
    const parts = partsOfLines(header, proof2);
    return { ...parts, records: others.map((line) => () => parts.read(line)) };
  }
  const file = parseStrictJson(text2);
  if (!isPlainObject(file) || !isPlainObject(file.proof)) throw new NotABundle("it is JSON, but no bundle of evidence");
  insist(Array.isArray(file.records), "the file has no array of records");
  const records2 = file.records;
  const proof = readProof(file.proof);
  insist(proof.format === BUNDLE_FORMAT, `${proof.format} is JSON Lines, and this is not`);
  return {
    ...{ header: readHeader(file, ["records", "proof"]), proof, headerLine: null },
    records: records2.map((record) => () => recordOf(record))
  };
}
function partsOfLines(header, proofLine) {
  const last = parseStrictJson(proofLine);
  if (!isPlainObject(last) || Object.keys(last).join() !== "proof")
    throw new NotABundle("the last line is not the proof");
  const proof = readProof(last.proof);
  if (proof.format === LINES_FORMAT) {
    return { header: readLinesHeader(inItsOneForm(header)), proof, headerLine: header, read: recordAndBeside };
  }
  return { header: readHeader(parseStrictJson(header), []), proof, headerLine: null, read: recordOfLine };
}
function linesOf(text2) {
  const end = text2.indexOf("\n");
  if (end < 0 || text2.slice(end).trim() === "" || !isWholeLine(text2.slice(0, end))) return null;
  if (!text2.endsWith("\n")) throw new NotJson("the last line has no end");
  return text2.slice(0, -1).split("\n");
}
function isWholeLine(line) {
  if (!line.startsWith("{") || !line.trimEnd().endsWith("}")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
function textOf5(bytes) {
  if (!isUtf82(bytes)) throw new NotABundle("it is neither JSON nor a PDF");
  return bytes.toString("utf8");
}
function readOr(checks, work, isDocument = false) {
  try {
    return work();
  } catch (error) {
    checks.fail("format", error);
    if (isDocument) checks.skip("pdf_seal", "the bundle in the document cannot be read");
    return { verdict: unread(checks, !(error instanceof NotJson)) };
  }
}
function unread(checks, readable) {
  const all = checks.all();
  const first_failure = all.find(({ ok }) => !ok)?.name ?? null;
  const nothing = { verified: false, signer: "unknown", fingerprints: [], bundle_id: null };
  return { ...nothing, checks: all, first_failure, readable };
}

// scripts/verify-file.ts
var usage = `Verifies a file of evidence from Holdpoint, with nothing but the file.

  node holdpoint-verify.mjs <file.json|file.jsonl|file.pdf> [--key <key>] [--checkpoint <file>] [--receipts <file>]

  --key         whom to trust: a public key (64 hex digits or base64), or a file: PEM, or JSON as a Holdpoint answers at
                /.well-known/holdpoint-keys.json. Get it over a way that you trust. May be given more than once.
  --checkpoint  a file with checkpoints of the same log that were kept elsewhere: is the log still the same one?
  --receipts    a file with receipts that the agent kept: is every record they are for still there?

Exit code: 0 verified, and signed by a key you gave · 1 not verified · 2 the file cannot be read
           3 the file agrees with itself, but nobody vouches for who signed it (always so without --key)
`;
var labels = {
  format: "The file can be read in one way only",
  pdf_seal: "The document is as it was sealed",
  bundle_hash: "The content is what its hash says",
  snapshot: "The policies are those frozen at the run's start",
  chain: "The records are complete and in order",
  seal: "The end of the run is sealed",
  commitments: "Payloads are what was promised",
  figures: "The figures follow from the records",
  keys: "Each key is vouched for by the one before",
  checkpoint: "The log's checkpoint is signed",
  inclusion: "Everything stands in the signed log",
  first_checkpoint: "The log only grew since the run ended",
  outside_checkpoint: "The log is the one seen outside",
  receipts: "Every record of a receipt is there"
};
var Unusable = class extends Error {
};
async function main() {
  const { values, positionals } = commandLine();
  if (values.help === true) {
    if (process.argv.length > 3) throw new Unusable(usage);
    process.stdout.write(usage);
    return 0;
  }
  const [path] = positionals;
  if (path === void 0 || positionals.length > 1) throw new Unusable(`Name one file to verify.

${usage}`);
  const options = {
    trustedKeys: (values.key ?? []).flatMap(keysOf),
    checkpoint: values.checkpoint === void 0 ? void 0 : readText(values.checkpoint),
    receipts: values.receipts === void 0 ? void 0 : readText(values.receipts)
  };
  const verdict = await verdictOn(path, options);
  process.stdout.write(report(path, verdict, options));
  return exitCode(verdict);
}
function commandLine() {
  const text2 = { type: "string" };
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        key: { type: "string", multiple: true },
        checkpoint: text2,
        receipts: text2,
        help: { type: "boolean", short: "h" }
      }
    });
  } catch (error) {
    throw new Unusable(`${messageOf(error)}

${usage}`);
  }
}
async function verdictOn(path, options) {
  const lines = await isPdf(path) ? null : await openLines(path, isWholeLine);
  if (lines === null) return verifyBundle(readFileSync(path), options);
  try {
    return await verifyBundleLines(lines, options);
  } finally {
    await lines.close();
  }
}
async function isPdf(path) {
  const file = await open2(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.subarray(0, bytesRead).toString("latin1") === "%PDF-";
  } finally {
    await file.close();
  }
}
function exitCode({ readable, verified, signer }) {
  if (!readable) return 2;
  if (!verified) return 1;
  return signer === "trusted" ? 0 : 3;
}
function report(path, verdict, options) {
  const width = Math.max(...Object.values(labels).map((label) => label.length));
  const lines = verdict.checks.map(({ name, ok, detail }) => {
    return `  ${ok ? "ok  " : "FAIL"}  ${labels[name].padEnd(width)}  ${printable(detail)}`;
  });
  const title = `Holdpoint evidence ${verdict.bundle_id ?? ""}`.trimEnd();
  return `${printable(title)}
  ${printable(path)}

${lines.join("\n")}

${conclusion(verdict, options)}
`;
}
function conclusion(verdict, { trustedKeys }) {
  const signed = verdict.fingerprints.map((fingerprint2) => `  ${fingerprint2}
`).join("");
  switch (exitCode(verdict)) {
    case 0:
      return `VERIFIED. The evidence holds, and it is signed by a key you trust:
${signed}`;
    case 1:
      return "NOT VERIFIED. Do not rely on this file: what fails above does not hold.";
    case 2:
      return "UNREADABLE. This is no bundle of evidence, or only a part of one.";
    default:
      return `CONSISTENT, BUT THE SIGNER IS UNKNOWN. The file agrees with itself; anybody could have made one that does.
It is signed by
${signed}` + (trustedKeys.length === 0 ? "Get the public key of the Holdpoint it should come from over a way you trust, and run this again with --key." : "which none of the keys you gave is, and none of them vouches for.");
  }
}
function printable(text2) {
  return text2.replace(new RegExp("\\p{C}", "gu"), "?");
}
function keysOf(key) {
  try {
    return readTrustedKeys(key);
  } catch (error) {
    if (error instanceof UnreadableKey && isFile(key)) return readTrustedKeys(readText(key));
    throw error;
  }
}
function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Unusable(messageOf(error));
  }
}
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
main().then((code) => {
  process.exitCode = code;
}).catch((error) => {
  const isExpected = error instanceof Unusable || error instanceof UnreadableKey || error instanceof NotLines;
  const isSystem = error instanceof Error && "code" in error;
  const said = isExpected || isSystem || !(error instanceof Error) ? messageOf(error) : String(error.stack);
  process.stderr.write(`The file could not be verified: ${said}
`);
  process.exitCode = 2;
});
