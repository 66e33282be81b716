// Runs a TypeScript program of this project: node scripts/run-ts.mjs path/to/program.ts [arguments …]

import { spawn } from "node:child_process";
import { renameSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { bundle, root } from "./bundle.mjs";

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  console.error("usage: node scripts/run-ts.mjs path/to/program.ts [arguments …]");
  process.exit(2);
}

const folder = relative(root, dirname(join(root, program)));
const outfile = join(root, ".build", "programs", folder, `${basename(program, ".ts")}.mjs`);
// Whole or not at all: another process may be starting the same program.
const unfinished = `${outfile}.${process.pid}`;
await bundle({ entryPoints: [join(root, program)], outfile: unfinished, sourcemap: "inline" });
renameSync(unfinished, outfile);

const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
