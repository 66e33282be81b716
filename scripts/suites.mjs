// Runs the project's checks and test suites one after the other and keeps count. A check counts as one test.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./dependencies.mjs";

const reports = join(root, ".build", "reports");
const bin = (name) => join(root, "node_modules", ".bin", name);

/** @typedef {{ name: string; passed: number; failed: number; seconds: number }} Outcome */

export const checks = [
  { name: "format and lint", command: [bin("biome"), "check", "--error-on-warnings", "."] },
  // What pages are given depends on where they stand: Next writes those types.
  { name: "types of routes", command: [bin("next"), "typegen"], env: { NEXT_TELEMETRY_DISABLED: "1" } },
  { name: "types", command: [bin("tsc"), "--noEmit"] },
  { name: "dead code", command: [bin("knip")] },
];

/** @returns {Promise<Outcome>} */
export async function runCheck({ name, command, env }) {
  const { code, seconds } = await run(name, command, env);
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, seconds };
}

/** @returns {Promise<Outcome>} A Vitest project's count; a file that does not load counts as one failure. */
export async function runVitest(name, project, env) {
  const report = reportFile(name);
  const { code, seconds } = await run(
    name,
    [bin("vitest"), "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile=${report}`],
    env,
  );
  const { numPassedTests = 0, numFailedTests = 0 } = readReport(report);
  return { name, passed: numPassedTests, failed: atLeastOne(numFailedTests, code), seconds };
}

/** @returns {Promise<Outcome>} */
export async function runPlaywright(name, env) {
  const report = reportFile(name);
  const { code, seconds } = await run(name, [bin("playwright"), "test", "--reporter=list,json"], {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const { expected = 0, flaky = 0, unexpected = 0 } = readReport(report).stats ?? {};
  return { name, passed: expected + flaky, failed: atLeastOne(unexpected, code), seconds };
}

/** Prints the table and, as the last line, the sum. Gives the exit code: a run of nothing has failed. */
export function summarize(outcomes) {
  console.info("");
  for (const { name, passed, failed, seconds } of outcomes) {
    console.info(
      `${failed === 0 ? "ok    " : "FAILED"}  ${name.padEnd(36)} ${passed} passed, ${failed} failed  (${seconds} s)`,
    );
  }
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  console.info(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

// A runner that ended badly without naming a failed test has failed all the same.
function atLeastOne(failed, code) {
  return code === 0 ? failed : Math.max(failed, 1);
}

function reportFile(name) {
  mkdirSync(reports, { recursive: true });
  const file = join(reports, `${name.replace(/\W+/g, "-")}.json`);
  rmSync(file, { force: true });
  return file;
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

function run(name, [command, ...args], env = {}) {
  console.info(`\n── ${name}`);
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code: code ?? 1, seconds: Math.round((Date.now() - began) / 1000) }));
  });
}
