// What the demo agent does, without a model: it reads a request and a folder of invoices, and would then write letters.
// A token is taken as four characters of what is really read or written.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Tokens {
  input: number;
  output: number;
}

export interface Tool {
  name: string;
  type: "input" | "tool_call" | "llm_call";
  /** What a call will need, as far as can be told before it. */
  expects(): Tokens;
  run(): Tokens & { summary: string };
}

interface Invoice {
  number: string;
  customer: string;
  cents: number;
  daysLate: number;
}

const INVOICES = 48;
const customers = ["Ash & Son", "Birch Ltd", "Cedar Works", "Dogwood", "Elm Brothers", "Fir & Co"] as const;

const request = `Please look through the invoices in this folder. For every invoice that is overdue, write a letter to the
customer that names the invoice, the amount and the number of days it is late, and asks for payment within ten days.

House rules for letters:
${Array.from({ length: 16 }, (_, i) => `${i + 1}. Be polite, be brief, name the amount once, and do not threaten.`).join("\n")}
`;

function invoiceText(at: number): string {
  const customer = customers[at % customers.length] ?? customers[0];
  const lines = Array.from(
    { length: 8 },
    (_, i) => `item ${i + 1}: ${((at * 7 + i * 3) % 90) + 10} pieces, delivered in full`,
  );
  const head = [
    `invoice: R-${1_000 + at}`,
    `customer: ${customer}`,
    `cents: ${12_500 + at * 1_310}`,
    `days late: ${at % 3 === 0 ? 0 : at}`,
  ];
  return [...head, ...lines, ""].join("\n");
}

function readInvoice(text: string): Invoice {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
  return {
    number: field("invoice"),
    customer: field("customer"),
    cents: Number(field("cents")),
    daysLate: Number(field("days late")),
  };
}

function letterText({ number, customer, cents, daysLate }: Invoice): string {
  const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return `To ${customer}\n\nOur invoice ${number} over ${amount} has been open for ${daysLate} days. Please pay it within ten days.
If it crossed this letter, accept our thanks. If something is wrong with it, call us and we will put it right.\n\nYours, the bookkeeper\n`;
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** A folder of its own with the files, and the three tools in the order of their use. Disposing removes the folder. */
export function agentWork(): Disposable & { tools: readonly Tool[] } {
  const folder = mkdtempSync(join(tmpdir(), "demo-agent-"));
  writeFileSync(join(folder, "request.txt"), request);
  mkdirSync(join(folder, "invoices"));
  for (let at = 0; at < INVOICES; at++) writeFileSync(join(folder, "invoices", `${1_000 + at}.txt`), invoiceText(at));
  const memory = { context: "", overdue: [] as Invoice[] };
  const tools = [readRequest(folder, memory), readInvoices(folder, memory), draftLetters(folder, memory)];
  return { tools, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

interface Memory {
  context: string;
  overdue: Invoice[];
}

function readRequest(folder: string, memory: Memory): Tool {
  return {
    name: "read-request",
    type: "input",
    expects: () => ({ input: 600, output: 0 }),
    run: () => {
      memory.context = readFileSync(join(folder, "request.txt"), "utf8");
      return { input: tokensOf(memory.context), output: 0, summary: "read the request" };
    },
  };
}

function readInvoices(folder: string, memory: Memory): Tool {
  const invoices = join(folder, "invoices");
  return {
    name: "read-invoices",
    type: "tool_call",
    expects: () => ({ input: readdirSync(invoices).length * 120, output: 0 }),
    run: () => {
      const texts = readdirSync(invoices).map((name) => readFileSync(join(invoices, name), "utf8"));
      memory.overdue = texts.map(readInvoice).filter((invoice) => invoice.daysLate > 0);
      memory.context += texts.join("\n");
      const cents = memory.overdue.reduce((sum, invoice) => sum + invoice.cents, 0);
      const summary = `read ${texts.length} invoices, ${memory.overdue.length} overdue with ${cents} cents in all`;
      return { input: tokensOf(texts.join("\n")), output: 0, summary };
    },
  };
}

/** Needs the whole context again, and as much room for answers: this is the step that goes over the limit. */
function draftLetters(folder: string, memory: Memory): Tool {
  return {
    name: "draft-letters",
    type: "llm_call",
    expects: () => ({ input: tokensOf(memory.context), output: memory.overdue.length * tokensOf(letterText(sample)) }),
    run: () => {
      const letters = memory.overdue.map(letterText);
      for (const [at, letter] of letters.entries()) writeFileSync(join(folder, `letter-${at + 1}.txt`), letter);
      return {
        input: tokensOf(memory.context),
        output: tokensOf(letters.join("")),
        summary: `wrote ${letters.length} letters`,
      };
    },
  };
}

const sample: Invoice = { number: "R-1000", customer: "Cedar Works", cents: 12_500, daysLate: 30 };
