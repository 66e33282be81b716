// docs/events.md is what readers of the stream go by: it names every topic that is written, and no other.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventTopics } from "@/db/vocabulary";
import { permissionOf } from "./topics";

const rows = [...readFileSync("docs/events.md", "utf8").matchAll(/^\| `(\w+\.\w+)` \|.*\| `([\w:]+)` \|$/gm)];

describe("docs/events.md", () => {
  it("has every topic once, in the order of the vocabulary", () => {
    expect(rows.map(([, topic]) => topic)).toEqual(eventTopics);
  });

  it("names the permission that the stream asks for", () => {
    expect(rows.map(([, , permission]) => permission)).toEqual(eventTopics.map(permissionOf));
  });
});

it("every topic of the vocabulary is written somewhere", () => {
  const sources = readdirSync("server", { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.test)\.ts$/.test(file) && !file.includes("testing"))
    .filter((file) => !file.startsWith("events"))
    .map((file) => readFileSync(`server/${file}`, "utf8"))
    .join("\n");
  const unsaid = eventTopics.filter((topic) => {
    const [family] = topic.split(".");
    return !sources.includes(`"${topic}"`) && !sources.includes(`\`${family}.\${`);
  });
  expect(unsaid).toEqual([]);
});
