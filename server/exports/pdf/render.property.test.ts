// The same document from a thread, from another process, and of a very long run.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";
import { renderPdf } from "@/server/exports/pdf/render";
import { textOf } from "@/server/exports/pdf/testing/read-back";
import { evidenceStory, modelOf, soc2Story } from "@/server/exports/pdf/testing/story";
import { workerFile } from "@/server/platform/workers/worker-file";

const GIBIBYTE = 1 << 30;

describe("documents from a thread", () => {
  it("are the same bytes from two processes, also with an annex", async () => {
    const model = modelOf(soc2Story(220));
    const here = await renderPdf(model);
    expect(Buffer.compare(here, (await inAnotherProcess(model)).bytes)).toBe(0);
  });

  it("leave the loop free while they are drawn", async () => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    await renderPdf(modelOf(evidenceStory(200)));
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(20);
  });

  it("fail loudly, and the next is drawn", async () => {
    const model = modelOf(evidenceStory(10));
    const broken = { ...model, bundle: { ...model.bundle, created_at: "not a time" } };
    await expect(renderPdf(broken)).rejects.toThrow();
    expect((await renderPdf(model)).length).toBeGreaterThan(10_000);
  });

  it("show all of 10 000 steps, in less than a gibibyte", async () => {
    const { bytes, maxRssBytes } = await inAnotherProcess(modelOf(evidenceStory(10_000)));
    expect(maxRssBytes).toBeLessThan(GIBIBYTE);
    const annex = textOf(bytes).filter((page) => page.includes("Annex A ·"));
    const found = annex.flatMap((page) =>
      [...page.matchAll(/^ *(\d+) +2026-11-1\d /gm)].map(([, step]) => Number(step)),
    );
    expect(found).toEqual(Array.from({ length: 10_000 }, (_, at) => at + 1));
  });
});

/** Runs the worker's program in a thread of a fresh process. */
async function inAnotherProcess(model: PdfModel): Promise<{ bytes: Buffer; maxRssBytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-pdf-"));
  const program = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { deserialize } from "node:v8";
    import { Worker } from "node:worker_threads";
    const worker = new Worker(process.argv[1], { workerData: deserialize(readFileSync(process.argv[2])), execArgv: [] });
    worker.once("message", (bytes) => {
      writeFileSync(process.argv[3], bytes);
      console.log(process.resourceUsage().maxRSS * 1024);
      process.exit(0);
    });`;
  try {
    const { serialize } = await import("node:v8");
    writeFileSync(join(folder, "model"), serialize(model));
    const args = [
      "--input-type=module",
      "-e",
      program,
      await workerFile("pdf"),
      join(folder, "model"),
      join(folder, "out"),
    ];
    const maxRssBytes = Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
    return { bytes: readFileSync(join(folder, "out")), maxRssBytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
