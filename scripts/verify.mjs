// `npm run verify`: what needs no database. Format, lint, types, dead code, architecture and unit tests.

import { ensureDependencies } from "./dependencies.mjs";
import { checks, runCheck, runVitest, summarize } from "./suites.mjs";

ensureDependencies();
const outcomes = [];
for (const check of checks) outcomes.push(await runCheck(check));
outcomes.push(await runVitest("architecture and unit tests", "unit"));
process.exitCode = summarize(outcomes);
