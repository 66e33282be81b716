// Documents rot in silence: this holds their paths, commands and names to what is there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const root = dirname(fileURLToPath(import.meta.url));
const MOST_AGENTS_LINES = 120;

function documentsBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return folder === "" && entry.name !== "docs" ? [] : documentsBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const texts = new Map(documentsBelow("").map((path) => [path, readFileSync(join(root, path), "utf8")]));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

function findings(of: (text: string, path: string) => string[]): string[] {
  return [...texts].flatMap(([path, text]) => of(text, path).map((message) => `${path}: ${message}`));
}

/** Made by a command, so absent from a fresh clone. */
const isMade = /^(?:bench\/RESULTS\.md|bin\/)/;
const folders = "app|bench|bin|components|db|docs|e2e|public|scripts|server";

describe("documents", () => {
  it("name no path that is not there", () => {
    const dead = findings((text) =>
      [...text.matchAll(new RegExp(`(?<![\\w/.<{@-])(?:${folders})/[\\w./-]*[\\w/]`, "g"))]
        .map(([path]) => path)
        .filter((path) => !existsSync(join(root, path)) && !isMade.test(path)),
    );
    expect(dead).toEqual([]);
  });

  it("link to nothing that is not there", () => {
    const dead = findings((text, path) =>
      [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(path), target))),
    );
    expect(dead).toEqual([]);
  });

  it("name no command that npm does not know", () => {
    const unknown = findings((text) =>
      [...text.matchAll(/\bnpm (?:run (?:-s )?([a-z][\w:-]*)|(start|test)\b)/g)]
        .map((match) => match[1] ?? match[2] ?? "")
        .filter((name) => !Object.hasOwn(scripts, name)),
    );
    expect(unknown).toEqual([]);
  });

  it("name nothing of a file that the file does not have", () => {
    const missing = findings((text) =>
      [...text.matchAll(/`(\w+)` in `([\w/.-]+\.ts)`/g)]
        .filter(([, name = "", file = ""]) => !new RegExp(`\\b${name}\\b`).test(sourceOf(file)))
        .map(([, name, file]) => `\`${name}\` is not in ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it("name no machine's own paths", () => {
    const own = findings((text) =>
      [...text.matchAll(/(?<![\w.])\/(?:home|root|tmp|Users|work)\/\S*/g)].map(([path]) => path),
    );
    expect(own).toEqual([]);
  });
});

describe("README.md", () => {
  it("gives the two commands", () => {
    expect(texts.get("README.md")).toMatch(/^npm start\b[\s\S]*^npm test\b/m);
  });
});

describe("AGENTS.md", () => {
  it(`has at most ${MOST_AGENTS_LINES} lines`, () => {
    expect(texts.get("AGENTS.md")?.trimEnd().split("\n").length).toBeLessThanOrEqual(MOST_AGENTS_LINES);
  });
});

describe("decisions", () => {
  it("have a number each, and say it in their title", () => {
    const names = [...texts.keys()].filter((path) => /^docs\/decisions\/\d/.test(path));
    const numbers = names.map((path) => /(\d{4})-[\w-]+\.md$/.exec(path)?.[1] ?? path);
    expect(new Set(numbers).size, "two decisions have one number").toBe(names.length);
    const wrong = names.filter((path, at) => !texts.get(path)?.startsWith(`# ${numbers[at]} `));
    expect(wrong).toEqual([]);
  });
});

function sourceOf(file: string): string {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";
}
