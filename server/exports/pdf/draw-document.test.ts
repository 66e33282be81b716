// Documents read back: what they say, carry and do not do.

import { PDFDict, PDFDocument, PDFName } from "pdf-lib";
import { describe, expect, it } from "vitest";
import { drawDocument } from "@/server/exports/pdf/draw-document";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import { attachmentsOf, flatTextOf, fontsOf, infoOf, textOf } from "@/server/exports/pdf/testing/read-back";
import { populationIncident } from "@/server/exports/pdf/testing/soc2-story";
import { debriefStory, evidenceStory, modelOf, soc2Story } from "@/server/exports/pdf/testing/story";

const drawn = new Map<string, Promise<Uint8Array>>();
function draw(bundle: AnyBundle): Promise<Uint8Array> {
  const key = JSON.stringify(bundle);
  const bytes = drawn.get(key) ?? drawDocument(modelOf(bundle));
  drawn.set(key, bytes);
  return bytes;
}

const stories: [string, AnyBundle][] = [
  ["evidence", evidenceStory(10)],
  ["SOC 2", soc2Story(10)],
  ["debrief", debriefStory()],
];

describe.each(stories)("the %s document", (_name, bundle) => {
  it("is the same bytes for the same bundle", async () => {
    expect(Buffer.compare(await drawDocument(modelOf(bundle)), await draw(bundle))).toBe(0);
  });

  it("is Letter, has a title, a language, bookmarks and an identity of its own", async () => {
    const document = await PDFDocument.load(await draw(bundle), { updateMetadata: false });
    expect(document.getPage(0).getSize()).toEqual({ width: 612, height: 792 });
    expect(document.getTitle()).toContain(bundle.bundle_id);
    expect(document.catalog.get(PDFName.of("Lang"))?.toString()).toBe("(en)");
    expect(document.catalog.lookup(PDFName.of("Outlines"), PDFDict).get(PDFName.of("First"))).toBeDefined();
    expect(document.getCreationDate()?.toISOString()).toBe(bundle.created_at);
    expect(document.context.trailerInfo.ID?.toString()).toMatch(/^\[ <[0-9a-f]{32}> <[0-9a-f]{32}> \]$/);
  });

  it("embeds its fonts and carries the JSON byte for byte", async () => {
    const bytes = await draw(bundle);
    expect(fontsOf(bytes).filter(({ embedded }) => !embedded)).toEqual([]);
    const { attachment } = modelOf(bundle);
    const attached = attachmentsOf(bytes);
    expect(attached.map(({ name }) => name)).toEqual([attachment.name]);
    expect(attached[0]?.bytes.equals(attachment.bytes)).toBe(true);
  });

  it("numbers its pages and prints the bundle's hash on each", async () => {
    const pages = textOf(await draw(bundle));
    expect(infoOf(await draw(bundle))).toMatch(new RegExp(`^Pages: +${pages.length}$`, "m"));
    for (const [at, text] of pages.entries()) {
      expect(text).toContain(`Page ${at + 1} of ${pages.length}`);
      expect(text).toContain(modelOf(bundle).bundleHash);
      expect(text.replace(/\s/g, "").length, `page ${at + 1} is nearly empty`).toBeGreaterThan(240);
    }
  });
});

describe("what the documents say", () => {
  it.each([evidenceStory(1), soc2Story(1), debriefStory()] as AnyBundle[])(
    "$bundle_type: synthetic data is called so",
    async (bundle) => {
      const synthetic = { ...bundle, incident: { ...bundle.incident, is_synthetic: true } } as AnyBundle;
      expect(textOf(await draw(synthetic))[0]).toContain("Synthetic data");
      expect(textOf(await draw(bundle))[0]).not.toContain("Synthetic data");
    },
  );

  it("evidence: every figure and section of the bundle", async () => {
    const bundle = evidenceStory(10);
    const text = flatTextOf(await draw(bundle));
    for (const section of [
      "Summary of the run",
      "Execution timeline",
      "Policy context",
      "Incident timeline",
      "Chain of custody",
      "Integrity and how to verify",
      "How this was produced",
      "What this document does not show",
      "Sign-off",
    ]) {
      expect(text).toContain(section);
    }
    expect(text).toContain("VIOLATION · Step 9");
    expect(text).toContain("10 steps with 8,532 tokens and at least $0.012345 are on record.");
    expect(text).toContain("9,532"); // threshold
    expect(text).toContain("10,932"); // what it would have been
    expect(text).toContain(bundle.verify.command);
    for (const { role } of bundle.sign_off.roles) expect(text).toContain(`${role}: name`);
  });

  it("SOC 2: official subject before the brief's label, status, population, exceptions, and never cost avoided", async () => {
    const bundle = soc2Story(10);
    const text = flatTextOf(await draw(bundle));
    for (const { control_id, official_subject, control_name, evidence_status } of bundle.control_mappings) {
      expect(text).toContain(`${control_id} ${official_subject}`);
      expect(text.indexOf(official_subject)).toBeLessThan(text.indexOf(`Label in Holdpoint: ${control_name}`));
      expect(text).toContain(evidence_status);
    }
    for (const { incident_id } of bundle.population.incidents) expect(text).toContain(incident_id.slice(-10));
    expect(text).toContain("Fail-open decisions is unknown: The counter did not answer in time.");
    expect(text).toContain("none found");
    expect(text).not.toMatch(/cost avoided/i);
  });

  it("debrief: risk in a word, estimates labelled", async () => {
    const text = flatTextOf(await draw(debriefStory()));
    expect(text).toMatch(/Risk level .{0,120}HIGH/);
    expect(text).toContain("Cost avoided (estimate): $0.031");
    expect(text).toContain("Lower the size of the order history that the prompt attaches.");
  });

  it("what the key figures are made of stands on their page, however long the text before them", async () => {
    const story = evidenceStory(10);
    for (let lines = 0; lines < 8; lines++) {
      const goal = Array.from({ length: lines * 16 }, () => "refund").join(" ");
      const pages = textOf(await draw({ ...story, agent_id: `agent ${goal}` }));
      const own = pages.filter((page) => page.includes("Figures without a mark are counted by the server"));
      expect(own, `${lines} lines more`).toHaveLength(1);
      expect(own[0], `${lines} lines more`).toMatch(/Time to detect +\d/);
    }
  });

  it("a table's head is on every page that the table runs over, in the body and in an annex", async () => {
    const pages = textOf(await draw(evidenceStory(60))).filter((page) => /tool call ·/.test(page));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toMatch(/Step +Server time \(UTC\)/);
    const story = soc2Story(10);
    const incidents = Array.from({ length: 300 }, (_, at) => populationIncident(at + 1));
    const annex = textOf(await draw({ ...story, population: { ...story.population, incidents } })).filter((page) =>
      page.includes("Annex A ·"),
    );
    expect(annex.length).toBeGreaterThan(5);
    for (const page of annex) expect(page).toMatch(/Created \(UTC\) +Incident/);
    const ids = annex.join("").match(/8f0a-0*\d+|0{6,}\d+\)/g) ?? [];
    expect(ids.length).toBeGreaterThanOrEqual(300);
  });
});
