// The colours that globals.css really holds, against WCAG 2.2: 4.5:1 for text, 3:1 for marks and the edges of controls.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toneText } from "@/components/ui/tones";

type Oklch = readonly [lightness: number, chroma: number, hue: number];

const css = readFileSync("app/globals.css", "utf8");
const colour = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)`;
const pairs = new Map(
  [...css.matchAll(new RegExp(String.raw`--([\w-]+): light-dark\(${colour}, ${colour}\);`, "g"))].map((found) => {
    const [, name = "", ...parts] = found;
    const [l = 0, c = 0, h = 0, darkL = 0, darkC = 0, darkH = 0] = parts.map(Number);
    return [name, { light: [l, c, h] as Oklch, dark: [darkL, darkC, darkH] as Oklch }];
  }),
);

const tones = Object.keys(toneText);
const grounds = ["page", "raised", "sunken", "hover", "selected"];
const themes = ["light", "dark"] as const;

describe.each(themes)("%s", (theme) => {
  const ratio = (name: string, ground: string) => contrast(luminance(value(name)), luminance(value(ground)));
  const value = (name: string): Oklch => {
    const pair = pairs.get(name);
    if (!pair) throw new Error(`globals.css has no --${name}`);
    return pair[theme];
  };

  it.each(["ink", "muted", "faint", "accent", "tone-accent"])("%s is legible on every ground", (name) => {
    for (const ground of grounds) expect(ratio(name, ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  it.each(tones)("%s is legible as a word, plain and on its soft ground", (tone) => {
    for (const ground of [...grounds, `tone-${tone}-soft`]) {
      expect(ratio(`tone-${tone}`, ground), `${tone} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(tones)("text is legible on the soft ground of %s", (tone) => {
    for (const name of ["ink", "muted"]) {
      expect(ratio(name, `tone-${tone}-soft`), `${name} on ${tone}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("a primary button and a tooltip are legible", () => {
    expect(ratio("on-accent", "accent")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("on-accent", "accent-hover")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("page", "ink")).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of controls and the focus ring stand out", () => {
    for (const ground of grounds) {
      expect(ratio("focus", ground), `focus on ${ground}`).toBeGreaterThanOrEqual(3);
      expect(ratio("strong", ground), `strong on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
});

it("every colour can be shown on an ordinary screen nearly as written", () => {
  for (const [name, { light, dark }] of pairs) {
    for (const channel of [...linear(light), ...linear(dark)]) {
      expect(channel, name).toBeGreaterThan(-0.02);
      expect(channel, name).toBeLessThan(1.02);
    }
  }
});

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(of: Oklch): number {
  const [red, green, blue] = linear(of).map((channel) => Math.min(1, Math.max(0, channel)));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** Linear-light sRGB (Ottosson, https://bottosson.github.io/posts/oklab). */
function linear([lightness, chroma, hue]: Oklch): readonly [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}
