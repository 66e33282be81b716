import { describe, expect, it } from "vitest";
import { completedRun, exampleRun, refusedRun } from "./testing/example-run";
import { evidenceOf, RunWriter } from "./testing/run-writer";
import { verifyRun } from "./verify";

describe("verifyRun on honest rows", () => {
  it("verifies a stopped run with a late result", async () => {
    const answer = await verifyRun(exampleRun().evidence());
    expect(answer).toEqual({
      ...{ verified: true, sealed: true, checked: 7, late_records: 1 },
      ...{ first_bad_seq: null, reason: null, checkpoint_size: null },
    });
  });

  it.each([1, 2, 100])("does not depend on the size of a page (%i)", async (size) => {
    expect(await verifyRun(evidenceOf(exampleRun().rows, size))).toMatchObject({ verified: true, checked: 7 });
    expect(await verifyRun(evidenceOf(completedRun().rows, size))).toMatchObject({ verified: true, checked: 8 });
  });

  it("verifies a live run over its chain so far, an empty one included", async () => {
    const writer = new RunWriter();
    expect(await verifyRun(writer.evidence())).toMatchObject({ verified: true, sealed: false, checked: 0 });
    writer.admit({ stepIndex: 1, stepType: "input" }, { input_tokens: 1, output_tokens: 1, cost_units: 1 });
    expect(await verifyRun(writer.evidence())).toMatchObject({ verified: true, sealed: false, checked: 1 });
  });

  it("verifies a sealed run without a record", async () => {
    expect(await verifyRun(refusedRun().evidence())).toMatchObject({ verified: true, sealed: true, checked: 0 });
  });

  it("lets errors of reading through", async () => {
    async function* broken(): AsyncGenerator<never[]> {
      yield [];
      throw new Error("connection lost");
    }
    await expect(verifyRun({ ...exampleRun().evidence(), records: broken() })).rejects.toThrow("connection lost");
  });
});
