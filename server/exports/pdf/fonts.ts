// The two faces of the documents. Both carry Latin, Greek, Cyrillic and Vietnamese.

import { createRequire } from "node:module";
import { join } from "node:path";

export type Face = "text" | "mono";
export type Weight = 400 | 600;

const packages = createRequire(join(process.cwd(), "package.json"));
const files: Record<Face, Record<Weight, string>> = {
  text: {
    400: "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf",
    600: "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf",
  },
  mono: {
    400: "@expo-google-fonts/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf",
    600: "@expo-google-fonts/jetbrains-mono/600SemiBold/JetBrainsMono_600SemiBold.ttf",
  },
};

export function fontFile(face: Face, weight: Weight): string {
  return packages.resolve(files[face][weight]);
}

/**
 * Contextual forms and ligatures are off everywhere: they print `->` as an arrow and `3x4` as `3×4`, and a document that
 * is evidence shows the characters that were there.
 */
export const letterforms = { calt: 0, liga: 0, clig: 0, dlig: 0 } as const;
/** Figures of one width, for columns of them. */
export const columnFigures = { ...letterforms, tnum: 1 } as const;
