// Foreign text on a page: every character stands for itself or is named, none acts and none vanishes. Whoever wants the
// exact characters finds them in the attached JSON.

import type { Face } from "@/server/exports/pdf/fonts";

/** What the face has a glyph for, as ranges in hexadecimal; fonts.test.ts holds them against the font files. */
const inText = ranges(
  "20-7e a1-ac ae-148 14a-1c3 1c5-254 256-27b 27e-284 286-290 292-2a4 2a6-2ff 374-376 37a-37f 384-38a 38c 38e-3a1 " +
    "3a3-3d7 3dc-3dd 3f0-3f6 3f9-3fa 3fc-479 480-482 48a-49d 4a0-4ff 1e00-1e9b 1e9d-1f15 1f18-1f1d 1f20-1f45 " +
    "1f48-1f4d 1f50-1f57 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2010-2027 " +
    "2030-2055 2070-2071 2074-208e 2090-209c 20a0-20af 20b1-20b5 20b8-20ba 20bc-20bf 2113 2116-2117 211e-2122 " +
    "2150-217f 2190-2199 21b5 2202 2205-2206 220f 2211-2212 221a 221e 222b 2236 2248 2260 2264-2265 25a0-25a2 25aa " +
    "25b2-25b3 25b6-25b7 25c6-25c7 25ca-25cb 25cf 26a0 2713 2717",
);
const inMono = ranges(
  "20-7e a1-ac ae-131 134-148 14a-17f 18f 192 1a0-1a1 1af-1b0 1cd-1ce 1e6-1e7 1ea-1eb 218-21b 232-233 384-38a 38c " +
    "38e-3a1 3a3-3cf 401-40c 40e-44f 451-45c 45e-45f 490-491 1e80-1e85 1e9e 1ea0-1ef9 2010 2013-2014 2018-201a " +
    "201c-201e 2020-2022 2026 2030 2039-203a 20ac 2116 2122 2190-2199 2202 2211-2212 221a 221e 2248 2260 2264-2265 " +
    "25a0-25a1 25cf",
);
const shown: Record<Face, ReadonlySet<number>> = { text: inText, mono: inMono };

const spaces = /[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]+/gu;
const lineEnds = /\r\n|[\n\r\u0085\u2028\u2029]/gu;

/** One paragraph: a line end is shown as `↵`, so a text cannot set rows or headings of its own. */
export function inert(text: string, face: Face = "text"): string {
  const mark = face === "text" ? " ↵ " : " ";
  const flat = text.toWellFormed().normalize("NFC").replace(lineEnds, mark).replace(spaces, " ");
  let out = "";
  let unshown: string[] = [];
  const flush = () => {
    if (unshown.length > 0) out += `[${unshown.join(" ")}]`;
    unshown = [];
  };
  for (const character of flat) {
    const code = character.codePointAt(0) ?? 0;
    if (!shown[face].has(code)) {
      unshown.push(`U+${code.toString(16).toUpperCase().padStart(4, "0")}`);
      continue;
    }
    flush();
    out += character;
  }
  flush();
  return out;
}

/** For the test that holds them against the font files. */
export function shownCharacters(face: Face): ReadonlySet<number> {
  return shown[face];
}

function ranges(text: string): ReadonlySet<number> {
  const codes = new Set<number>();
  for (const range of text.split(" ")) {
    const [first = "", last = first] = range.split("-");
    for (let code = Number.parseInt(first, 16); code <= Number.parseInt(last, 16); code++) codes.add(code);
  }
  return codes;
}
