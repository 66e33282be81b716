// bench/RESULTS.md: a section for each part of the bench. A part that is run puts its own section there anew; the others
// stay as they were measured.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const HEAD = [
  "# Bench results",
  "",
  "Written by `npm run bench`, one section a part; `npm run bench -- <part>` measures one anew. Clients, server and database",
  "share the machine, which must have nothing else to do. What is compared was measured in one run, in turns.",
  "",
].join("\n");

export type Section = { title: string; lines: readonly string[] };

export function textOf({ title, lines }: Section): string {
  return [`## ${title}`, "", ...lines, ""].join("\n");
}

/** `titles` is the order of all sections. */
export function putSection(path: string, section: Section, titles: readonly string[]): void {
  const sections = existsSync(path) ? sectionsOf(readFileSync(path, "utf8")) : new Map<string, string>();
  sections.set(section.title, textOf(section));
  const texts = titles.flatMap((title) => sections.get(title) ?? []);
  writeFileSync(path, [HEAD, ...texts].join("\n"));
}

function sectionsOf(text: string): Map<string, string> {
  const [, ...parts] = text.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [title = "", ...lines] = part.trim().split("\n");
      return [title, textOf({ title, lines: lines.slice(1) })];
    }),
  );
}
