import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointFile, type NewLine } from "./checkpoint-file";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-file-"));
  path = join(folder, "below", "checkpoints.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

function line(tenantId: string, size: number): NewLine {
  const head = { origin: `holdpoint/d/${tenantId}`, size, root: Buffer.alloc(32, size) };
  return { tenantId, head, signedAt: new Date(0), note: `note of ${size}\n\n— x y\n` };
}

describe("the checkpoint file", () => {
  it("is made with its folder, for its owner alone, and has one line a checkpoint", async () => {
    const file = new CheckpointFile(path);
    expect(await file.headOf("one")).toBeNull();
    await file.append(line("one", 1));
    await file.append(line("two", 5));
    await file.append(line("one", 2));
    expect(await file.headOf("one")).toEqual(line("one", 2).head);
    expect(await file.headOf("two")).toEqual(line("two", 5).head);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(3);
  });

  it("shows one process what another has written", async () => {
    const [one, other] = [new CheckpointFile(path), new CheckpointFile(path)];
    await one.append(line("t", 1));
    expect((await other.headOf("t"))?.size).toBe(1);
    await other.append(line("t", 2));
    expect((await one.headOf("t"))?.size).toBe(2);
  });

  it("takes many at once", async () => {
    const files = [new CheckpointFile(path), new CheckpointFile(path)];
    await Promise.all(Array.from({ length: 100 }, (_, n) => files[n % 2]?.append(line(`t${n}`, n))));
    const fresh = new CheckpointFile(path);
    for (let n = 0; n < 100; n += 1) expect((await fresh.headOf(`t${n}`))?.size).toBe(n);
  });

  it("lets an acknowledgement begin anew, at a smaller size", async () => {
    const file = new CheckpointFile(path);
    await file.append(line("t", 9));
    const { tenantId, head } = line("t", 4);
    await file.append({ tenantId, head, acknowledgedAt: new Date(0) });
    expect((await new CheckpointFile(path).headOf("t"))?.size).toBe(4);
  });

  it("goes on behind a line that a crash cut off", async () => {
    const file = new CheckpointFile(path);
    await file.append(line("t", 1));
    appendFileSync(path, '{"tenant_id":"t","size":7,"ro');
    expect((await file.headOf("t"))?.size).toBe(1);
    await file.append(line("t", 2));
    expect((await file.headOf("t"))?.size).toBe(2);
    expect((await new CheckpointFile(path).headOf("t"))?.size).toBe(2);
  });

  it("believes no line that is none", async () => {
    const file = new CheckpointFile(path);
    await file.append(line("t", 3));
    appendFileSync(path, '\n{"tenant_id":"t"}\nnull\n{"tenant_id":"t","origin":"o","size":-1,"root":"x"}\n');
    expect((await file.headOf("t"))?.size).toBe(3);
  });

  it("is read anew when it was shortened or put back", async () => {
    const file = new CheckpointFile(path);
    await file.append(line("t", 1));
    const before = readFileSync(path);
    await file.append(line("t", 2));
    truncateSync(path, before.length);
    expect((await file.headOf("t"))?.size).toBe(1);
    rmSync(path);
    writeFileSync(path, before);
    expect((await file.headOf("t"))?.size).toBe(1);
    rmSync(path);
    expect(await file.headOf("t")).toBeNull();
  });

  it("reads a line that is longer than what is read at once, in any script", async () => {
    const file = new CheckpointFile(path);
    const long = line("t", 1);
    await file.append({ ...long, note: "ü€𝄞".repeat(300_000) } as NewLine);
    await file.append(line("t", 2));
    expect((await new CheckpointFile(path).headOf("t"))?.size).toBe(2);
  });
});
