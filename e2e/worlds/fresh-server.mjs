// `npm start` on data of its own, which is deleted when the browser tests end it.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "holdpoint-e2e-"));
chmodSync(folder, 0o755);
const dataDir = join(folder, "data");

const server = spawn(process.execPath, ["scripts/start.mjs"], {
  env: { ...process.env, HOLDPOINT_DATA_DIR: dataDir },
  stdio: "inherit",
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.kill("SIGTERM"));
server.on("exit", (code) => {
  const pointer = join(dataDir, "database-home");
  if (existsSync(pointer)) rmSync(readFileSync(pointer, "utf8").trim(), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
