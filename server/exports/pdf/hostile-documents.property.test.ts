// Documents full of hostile text, read back.

import { PDFDict, PDFDocument, PDFName } from "pdf-lib";
import { describe, expect, it, vi } from "vitest";
import { drawDocument } from "@/server/exports/pdf/draw-document";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import { canaries, madeHostile } from "@/server/exports/pdf/testing/hostile";
import { flatTextOf, textOf } from "@/server/exports/pdf/testing/read-back";
import { debriefStory, evidenceStory, modelOf, soc2Story } from "@/server/exports/pdf/testing/story";

describe("E6: hostile text", () => {
  const long = `${"reason ".repeat(1_428)}END.`;

  it.each([
    ["evidence", madeHostile(evidenceStory(10), long)],
    ["SOC 2", madeHostile(soc2Story(10), long)],
    ["debrief", madeHostile(debriefStory(), long)],
  ] as [string, AnyBundle][])("E6: the %s document stays whole and does nothing", async (_name, bundle) => {
    const complaints = vi.spyOn(console, "warn");
    const bytes = await drawDocument(modelOf(bundle));
    // React-PDF says so when it cuts what is taller than a page.
    expect(complaints).not.toHaveBeenCalled();
    expect(await actionsIn(bytes)).toEqual([]);
    const text = textOf(bytes).join("\n");
    expect(text.match(/[^\P{C}\n\f]/gu) ?? []).toEqual([]);
    expect(text).toContain("[U+202E]");
    expect(text).toContain("script>");
    expect(text.match(/\breason\b/g)?.length).toBeGreaterThanOrEqual(1_428);
    expect(text).toContain("END.");
  });

  it("E6: a canary is in the text, so nothing of it was acted on", async () => {
    const text = flatTextOf(await drawDocument(modelOf(madeHostile(evidenceStory(10), long))));
    expect(text).toContain(canaries.markup);
    expect(text).toContain(canaries.formula);
  });
});

/** Every action, script or form in the file. */
async function actionsIn(bytes: Uint8Array): Promise<string[]> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const acting = ["JS", "JavaScript", "OpenAction", "AA", "A", "AcroForm", "Annots", "Launch", "URI"];
  return document.context.enumerateIndirectObjects().flatMap(([, object]) => {
    if (!(object instanceof PDFDict)) return [];
    return acting.filter((key) => {
      const value = object.get(PDFName.of(key));
      return value !== undefined && value.toString() !== "[ ]";
    });
  });
}
