// npm run bench -- [part …] [--trial]: what the product costs against floors measured in the same run. Prints it and puts
// the sections of the parts into bench/RESULTS.md; without a part, all. A trial takes small sizes and writes nothing. With
// DATABASE_URL (a superuser's) it uses that server, in a database that it makes and drops.

import "@/bench/surroundings";

import { parseArgs } from "node:util";
import { serveConsole } from "@/bench/console";
import { type BenchDatabase, openDatabase } from "@/bench/database";
import { benchDecide } from "@/bench/decide-bench";
import { benchDocuments } from "@/bench/documents-bench";
import { benchExport } from "@/bench/export-bench";
import { benchGate } from "@/bench/gate-bench";
import { benchLists } from "@/bench/lists-bench";
import { serveOrders } from "@/bench/load";
import { benchLog } from "@/bench/log-bench";
import { benchMutations } from "@/bench/mutations";
import { benchPages } from "@/bench/pages-bench";
import { serveProduct } from "@/bench/product";
import { decideSection } from "@/bench/report/decide-section";
import { documentsSection } from "@/bench/report/documents-section";
import { exportSection } from "@/bench/report/export-section";
import { gateSection } from "@/bench/report/gate-section";
import { listsSection } from "@/bench/report/lists-section";
import { logSection } from "@/bench/report/log-section";
import { mutationsSection } from "@/bench/report/mutations-section";
import { pagesSection } from "@/bench/report/pages-section";
import { provenance } from "@/bench/report/provenance";
import { putSection, textOf } from "@/bench/report/results-file";
import { verifySection } from "@/bench/report/verify-section";
import { serve } from "@/bench/serve";
import { benchVerify } from "@/bench/verify-bench";
import { closePools } from "@/server/platform/db/client";

const RESULTS = "bench/RESULTS.md";

type Surroundings = { isTrial: boolean; database(): Promise<BenchDatabase> };
type Part = { title: string; needsDatabase: boolean; run(around: Surroundings): Promise<string[]> };

const parts: Readonly<Record<string, Part>> = {
  gate: {
    title: "The gate over HTTP, durable",
    needsDatabase: true,
    run: async ({ database }) => gateSection(await benchGate(await database())),
  },
  decide: { title: "decide", needsDatabase: false, run: async () => decideSection(benchDecide()) },
  documents: {
    title: "Documents",
    needsDatabase: true,
    run: async ({ database, isTrial }) => documentsSection(await benchDocuments(await database(), isTrial)),
  },
  export: {
    title: "The export of a very long run",
    needsDatabase: true,
    run: async ({ database, isTrial }) => exportSection(await benchExport(await database(), isTrial)),
  },
  verify: {
    title: "The stand-alone verifier",
    needsDatabase: false,
    run: async ({ isTrial }) => verifySection(await benchVerify(isTrial)),
  },
  lists: {
    title: "Lists and details of the console",
    needsDatabase: true,
    run: async ({ database, isTrial }) => listsSection(await benchLists(await database(), isTrial)),
  },
  pages: {
    title: "Pages of the console",
    needsDatabase: false,
    run: async () => pagesSection(await benchPages()),
  },
  mutations: {
    title: "Changed evidence",
    needsDatabase: true,
    run: async ({ database, isTrial }) => mutationsSection(await benchMutations(await database(), isTrial)),
  },
  log: {
    title: "The tenant's log",
    needsDatabase: true,
    run: async ({ database, isTrial }) => logSection(await benchLog(await database(), isTrial)),
  },
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { trial: { type: "boolean" } } });
  const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
  const wanted = Object.entries(parts).filter(([name]) => positionals.length === 0 || positionals.includes(name));
  let opened: BenchDatabase | null = null;
  const database = async () => {
    opened ??= await openDatabase();
    return opened;
  };
  try {
    for (const [name, part] of wanted) await runPart(name, part, { database, isTrial: values.trial === true });
  } finally {
    await closeAll(opened);
  }
}

async function runPart(name: string, { title, needsDatabase, run }: Part, around: Surroundings): Promise<void> {
  console.info(`${name} …`);
  const lines = await run(around);
  const measuredOn = provenance(needsDatabase ? await around.database() : null);
  const section = { title, lines: [measuredOn, "", ...lines] };
  console.info(`\n${textOf(section)}`);
  const titles = Object.values(parts).map((part) => part.title);
  if (!around.isTrial) putSection(RESULTS, section, titles);
}

async function closeAll(database: BenchDatabase | null): Promise<void> {
  if (database === null) return;
  await closePools();
  await database.stop();
}

const roles: Record<string, () => void | Promise<void>> = {
  serve,
  product: serveProduct,
  console: serveConsole,
  load: serveOrders,
};
const role = process.send === undefined ? undefined : roles[process.argv[2] ?? ""];
await (role ?? main)();
