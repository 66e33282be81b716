import PDFDocument from "pdfkit";
import { describe, expect, it } from "vitest";
import { fontFile } from "@/server/exports/pdf/fonts";
import { inert, shownCharacters } from "@/server/exports/pdf/inert-text";
import { canaries } from "@/server/exports/pdf/testing/hostile";

describe("inert text", () => {
  it("E6: names what acts on its neighbours and what the faces lack, and lets nothing vanish", () => {
    expect(inert(canaries.bidi)).toBe("safe[U+202E]fdp.exe[U+2066 U+200F]");
    expect(inert(canaries.control)).toBe("a[U+0000]b[U+0007]c[U+001B][31md[U+009B]e");
    expect(inert(canaries.invisible)).toBe("adm[U+200B]in[U+00AD]istr[U+FEFF]ator");
    expect(inert(canaries.unshown)).toContain("[U+6F22 U+5B57] [U+05E9 U+05DC U+05D5 U+05DD]");
    expect(inert(canaries.unshown)).toContain("[U+1F600]");
    expect(inert(canaries.stacked)).toMatch(/^Z(?:\[U\+035[1-5]( U\+035[1-5])*\])+algo$/);
  });

  it("E6: a text cannot begin a line of its own", () => {
    expect(inert(canaries.forged)).toBe("ok ↵  ↵ Evidence verified ↵ Page 1 of 1 ↵ Statement");
  });

  it("leaves the scripts of both faces as they are", () => {
    const text = "Zoë Łódź Việt Ελληνικά Кириллица “–” € ≤ ≥ × … → 100 %";
    expect(inert(text)).toBe(text);
    expect(inert("Zoë Łódź Ελληνικά Кириллица", "mono")).toBe("Zoë Łódź Ελληνικά Кириллица");
  });

  it.each([
    ["text", 400],
    ["text", 600],
    ["mono", 400],
    ["mono", 600],
  ] as const)("promises no character that the %s face in weight %d lacks", (face, weight) => {
    const inFont = charactersOf(fontFile(face, weight));
    expect([...shownCharacters(face)].filter((code) => !inFont.has(code))).toEqual([]);
  });
});

/** pdfkit's types leave out the font that is selected. */
function charactersOf(file: string): ReadonlySet<number> {
  const pdf = new PDFDocument({ autoFirstPage: false }).font(file);
  return new Set((pdf as unknown as { _font: { font: { characterSet: number[] } } })._font.font.characterSet);
}
