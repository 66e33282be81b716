import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { putSection, type Section } from "@/bench/report/results-file";

const folder = mkdtempSync(join(tmpdir(), "holdpoint-results-"));
const path = join(folder, "RESULTS.md");
afterAll(() => rmSync(folder, { recursive: true }));

const titles = ["One", "Two", "Three"];
const one: Section = { title: "One", lines: ["first", "", "| a | b |", "| --- | --- |"] };
const three: Section = { title: "Three", lines: ["third", "", "### within it", "", "more"] };

it("a part that is run changes its own section alone, and the order stays", () => {
  putSection(path, three, titles);
  putSection(path, one, titles);
  const before = readFileSync(path, "utf8");
  putSection(path, { title: "Two", lines: ["second"] }, titles);
  const after = readFileSync(path, "utf8");
  expect(after.replace("## Two\n\nsecond\n\n", "")).toBe(before);
  expect([...after.matchAll(/^## (.*)/gm)].map(([, title]) => title)).toEqual(titles);
  putSection(path, one, titles);
  expect(readFileSync(path, "utf8")).toBe(after);
});

it("the committed results can be taken apart and put together again", () => {
  const committed = readFileSync(join("bench", "RESULTS.md"), "utf8");
  const sections = committed.split(/^## /m).slice(1);
  rmSync(path);
  for (const text of sections) {
    const [title = "", , ...lines] = text.trim().split("\n");
    putSection(
      path,
      { title, lines },
      sections.map((section) => section.split("\n")[0] ?? ""),
    );
  }
  expect(readFileSync(path, "utf8")).toBe(committed);
});
