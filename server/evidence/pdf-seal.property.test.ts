import { randomInt } from "node:crypto";
import { deflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { fileHash, pdfSealText, readPdfSeal, sealPdf } from "./pdf-seal";
import { signNote } from "./signed-note";
import { exampleBundle } from "./testing/example-bundle";
import { ExampleKey, FIRST_KEY, ORIGIN, SECOND_KEY } from "./testing/example-log";
import { completedRun, exampleRun } from "./testing/example-run";
import { documentHolds } from "./testing/second-document-verifier";
import { verifyBundle } from "./verify-bundle";

const TRUSTED = { trustedKeys: [{ public_key: FIRST_KEY.entry.public_key }] };
const STRANGER = new ExampleKey(9, FIRST_KEY.entry.active_from);

/** The least that a reader of PDF takes, with one attachment; `extra` goes in front of the end. */
function pdfWith(attachment: Buffer, { isDeflated = true, extra = "" } = {}): Buffer {
  const content = isDeflated ? deflateSync(attachment) : attachment;
  const filter = isDeflated ? " /Filter /FlateDecode" : "";
  return Buffer.concat([
    Buffer.from(
      "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Names 2 0 R /EmbeddedFiles 2 0 R >>\nendobj\n",
      "latin1",
    ),
    Buffer.from(
      `3 0 obj\n<<\n/Type /EmbeddedFile\n/Subtype /application#2Fjson\n/Length ${content.length}${filter}\n>>\nstream\n`,
    ),
    content,
    Buffer.from(`\nendstream\nendobj\n${extra}trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`),
  ]);
}

type Sealing = Parameters<typeof sealPdf>[1];
let json: Buffer;
let sealing: Sealing;
let pdf: Buffer;

beforeAll(async () => {
  const { file } = await exampleBundle();
  json = Buffer.from(JSON.stringify(file));
  const { bundle_hash } = file.proof;
  sealing = { origin: ORIGIN, bundle_id: String(file.bundle.bundle_id), bundle_hash, signers: [FIRST_KEY.signer()] };
  pdf = sealPdf(pdfWith(json), sealing);
});

function failed(bytes: Buffer): string {
  const verdict = verifyBundle(bytes, TRUSTED);
  expect(verdict.verified).toBe(verdict.checks.every(({ ok }) => ok));
  expect(documentHolds(bytes)).toBe(verdict.verified);
  return verdict.checks.flatMap(({ ok, name, detail }) => (ok ? [] : [`${name}: ${detail}`])).join("; ");
}

describe("C5, C7: a sealed document", () => {
  it("verifies, its attachment deflated or not, and its end of line put right", () => {
    expect(failed(pdf)).toBe("");
    expect(verifyBundle(pdf, TRUSTED)).toMatchObject({
      verified: true,
      signer: "trusted",
      bundle_id: sealing.bundle_id,
    });
    expect(failed(sealPdf(pdfWith(json, { isDeflated: false }), sealing))).toBe("");
    expect(failed(sealPdf(pdfWith(json).subarray(0, -1), sealing))).toBe("");
    expect(() => sealPdf(Buffer.from("%PDF-1.7"), sealing)).toThrow(TypeError);
    expect(readPdfSeal(pdf)).toMatchObject({ bundle_id: sealing.bundle_id, covered: pdfWith(json) });
  });

  it("every byte counts: 1 000 random bits flipped, and each byte of the last line", () => {
    const flips = Array.from({ length: 1_000 }, () => randomInt(pdf.length));
    const line = Array.from({ length: pdf.length - pdf.lastIndexOf("%holdpoint") + 8 }, (_, at) => pdf.length - 1 - at);
    for (const at of [...flips, ...line]) {
      const forged = Buffer.from(pdf);
      forged[at] = (forged[at] ?? 0) ^ (1 << randomInt(8));
      const { verified } = verifyBundle(forged, TRUSTED);
      expect({ at, first: verified, second: documentHolds(forged) }).toEqual({ at, first: false, second: false });
    }
  });

  it("nothing may follow, be missing or be put before it", () => {
    const update = Buffer.from("\n5 0 obj\n<< >>\nendobj\ntrailer\n<< /Prev 0 >>\nstartxref\n9\n%%EOF\n");
    const line = pdf.subarray(pdf.lastIndexOf("%holdpoint"));
    const covered = pdf.subarray(0, pdf.length - line.length);
    for (const [what, forged] of [
      ["a byte appended", Buffer.concat([pdf, Buffer.from("\n")])],
      ["a space appended", Buffer.concat([pdf, Buffer.from(" ")])],
      ["an incremental update", Buffer.concat([pdf, update])],
      ["an update with the old seal behind it", Buffer.concat([covered, update.subarray(1), line])],
      ["two seals", Buffer.concat([pdf, line])],
      ["no seal", covered],
      ["no last line feed", pdf.subarray(0, -1)],
      ["a carriage return", Buffer.concat([pdf.subarray(0, -1), Buffer.from("\r\n")])],
      ["a byte in front", Buffer.concat([Buffer.from(" "), pdf])],
      ["a line between", Buffer.concat([covered, Buffer.from("% \n"), line])],
      ["half of it", pdf.subarray(0, pdf.length >> 1)],
    ] as const) {
      const { verified } = verifyBundle(forged, TRUSTED);
      expect({ what, first: verified, second: documentHolds(forged) }).toEqual({ what, first: false, second: false });
    }
  });

  it("its attachment is the one it was sealed with", async () => {
    const other = Buffer.from(JSON.stringify((await exampleBundle(completedRun().rows)).file));
    expect(failed(sealPdf(pdfWith(other), sealing))).toContain("another bundle");
    expect(failed(sealPdf(pdfWith(Buffer.from("{}")), sealing))).toContain("format");
    expect(failed(sealPdf(Buffer.from("%PDF-1.7\n%%EOF\n"), sealing))).toContain("0 attachments");
    const second = "4 0 obj\n<< /Type /EmbeddedFile /Length 2 >>\nstream\n{}\nendstream\nendobj\n";
    expect(failed(sealPdf(pdfWith(json, { extra: second }), sealing))).toContain("2 attachments");
    const swapped = Buffer.concat([
      pdfWith(other).subarray(0, -6),
      Buffer.from("%%EOF\n"),
      pdf.subarray(pdf.lastIndexOf("%holdpoint")),
    ]);
    expect(failed(swapped)).toContain("changed after it was sealed");
  });

  it("a bomb in it is refused", () => {
    const bomb = pdfWith(Buffer.alloc(300 * 1024 * 1024, 0x20));
    expect(failed(sealPdf(bomb, sealing))).toContain("cannot be read");
  });

  it("only who signed the log seals it", async () => {
    expect(failed(sealPdf(pdfWith(json), { ...sealing, signers: [STRANGER.signer()] }))).toContain("not known here");
    expect(failed(sealPdf(pdfWith(json), { ...sealing, bundle_id: "EVD-000000000000" }))).toContain("another bundle");
    const foreign = ORIGIN.replace("d0/", "d1/");
    const other = { ...sealing, origin: foreign, signers: [FIRST_KEY.signer(foreign)] };
    expect(failed(sealPdf(pdfWith(json), other))).toContain("another log");
    const { file } = await exampleBundle(exampleRun().rows, { isRotated: true });
    const rotated = Buffer.from(JSON.stringify(file));
    const by = (key: ExampleKey) => ({ ...sealing, bundle_hash: file.proof.bundle_hash, signers: [key.signer()] });
    expect(failed(sealPdf(pdfWith(rotated), by(SECOND_KEY)))).toBe("");
    expect(failed(sealPdf(pdfWith(rotated), by(FIRST_KEY)))).toContain("retired");
  });

  it("has one text for one seal", () => {
    const covered = pdfWith(json);
    const text = pdfSealText({ ...sealing, file: fileHash(covered) });
    const line = (note: string) => Buffer.from(`%holdpoint-seal ${Buffer.from(note).toString("base64")}\n`);
    expect(failed(Buffer.concat([covered, line(signNote(text, sealing.signers))]))).toBe("");
    expect(failed(Buffer.concat([covered, line(signNote(`${text}more\n`, sealing.signers))]))).toContain("seal line");
    expect(failed(Buffer.concat([covered, line(text)]))).toContain("seal line");
  });
});
