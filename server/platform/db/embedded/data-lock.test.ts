import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataInUse, lockHolder, takeDataLock } from "@/server/platform/db/embedded/data-lock";
import { identityOf, isAlive, workingFolderOf } from "@/server/platform/db/embedded/process-identity";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-lock-"));
  path = join(folder, "app.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a process's identity", () => {
  it("is that of the process, and of no other with its pid", () => {
    const own = identityOf(process.pid);
    expect(own).not.toBeNull();
    if (own === null) return;
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, started: `${own.started}0` })).toBe(false);
    expect(identityOf(2 ** 22 + 1)).toBeNull();
    expect(workingFolderOf(process.pid)).toBe(process.cwd());
  });
});

describe("the lock on a data folder", () => {
  it("is held by one process, and leaves nothing behind when released", async () => {
    const lock = await takeDataLock(path);
    await expect(takeDataLock(path)).rejects.toThrow(DataInUse);
    expect((await lockHolder(path))?.pid).toBe(process.pid);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    (await takeDataLock(path)).release();
  });

  it("counts for nothing once its holder is gone, though the pid lives", async () => {
    writeFileSync(path, JSON.stringify({ ...identityOf(process.pid), started: "1" }));
    const lock = await takeDataLock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(identityOf(process.pid));
    lock.release();
  });

  it("counts for nothing when it cannot be read", async () => {
    writeFileSync(path, '{"pid": 1');
    (await takeDataLock(path)).release();
  });

  it("of another container counts while its heart beats, and no longer", async () => {
    const elsewhere = { ...identityOf(process.pid), pid: 1, namespace: "pid:[1]" };
    writeFileSync(path, JSON.stringify(elsewhere));
    const beat = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    await expect(takeDataLock(path, 300)).rejects.toThrow(DataInUse);
    clearInterval(beat);
    utimesSync(path, 0, 0);
    (await takeDataLock(path)).release();
  });

  it("is not given away by a holder that no longer has it", async () => {
    const lock = await takeDataLock(path);
    writeFileSync(path, JSON.stringify({ ...identityOf(process.pid), pid: 1 }));
    lock.release();
    expect(readdirSync(folder)).toEqual(["app.lock"]);
  });
});
