// pdfkit shapes each text anew when it is told features, and shaping is nine tenths of the time of ten thousand rows. An
// annex has neither ligatures nor kerning, so a text is its letters side by side, and each letter is shaped once.

import type PDFDocument from "pdfkit";

type Shaped = { glyphs: unknown[]; positions: unknown[]; advanceWidth: number };
type ShapingFont = { layoutRun(text: string, features?: object): Shaped };

/** From now on the document's present font remembers its letters, by the features they were asked with. */
export function rememberLetters(pdf: InstanceType<typeof PDFDocument>): void {
  const font = presentFont(pdf);
  const shape = font.layoutRun.bind(font);
  const known = new Map<object | undefined, Map<string, Shaped>>();
  font.layoutRun = (text, features) => {
    const letters = known.get(features) ?? new Map<string, Shaped>();
    known.set(features, letters);
    const whole: Shaped = { glyphs: [], positions: [], advanceWidth: 0 };
    for (const letter of text) {
      const shaped = letters.get(letter) ?? shape(letter, features);
      letters.set(letter, shaped);
      whole.glyphs.push(...shaped.glyphs);
      whole.positions.push(...shaped.positions);
      whole.advanceWidth += shaped.advanceWidth;
    }
    return whole;
  };
}

/** pdfkit's types leave out the font that is selected; version 0.20.2 has it here, and a test draws with it. */
function presentFont(pdf: object): ShapingFont {
  return (pdf as { _font: ShapingFont })._font;
}
