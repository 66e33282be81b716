// A run of very many steps, made quickly: the rows of its first step, which the gate decided, are copied, each with a place, a
// hash and an answer of its own in a chain that verifies like any other.

import { once } from "node:events";
import type postgres from "postgres";
import { answerBytes, answerHash } from "@/server/evidence/answer";
import { recordHash } from "@/server/evidence/chain";
import { writeHash } from "@/server/evidence/hash";
import { bodyIn, recordBytes } from "@/server/evidence/record";
import { inspect } from "@/server/platform/db/testing/test-database";

type Sql = postgres.TransactionSql;
/** `cells`: what every copy has in a column, ready to be sent; or the column whose text each copy has of its own. */
type Table = { name: string; columns: string[]; cells: (string | { own: OwnColumn })[] };
const OWN_COLUMNS = [
  ...(["id", "seq", "result_seq", "step_index", "step_id", "recorded_at", "settled_at"] as const),
  ...(["canonical", "hash", "answer"] as const),
];
type OwnColumn = (typeof OWN_COLUMNS)[number];
type Row = Record<OwnColumn, string>;

/** What a step leaves in each of these is one row, or none. */
const TABLES = ["trace_records", "record_payloads", "steps", "cost_records"] as const;
const CHUNK = 10_000;

/** Of a live run with one finished step, seq 1: makes it one of so many. No process may know the run that does not read it again. */
export async function fillRun(runId: string, steps: number): Promise<void> {
  await inspect().begin((sql) => fill(sql, runId, steps));
  for (const table of TABLES) await inspect().unsafe(`analyze ${table}`);
}

async function fill(sql: Sql, runId: string, steps: number): Promise<void> {
  // Neither triggers nor foreign keys look at a million copies of what they have looked at.
  await sql`set local session_replication_role = replica`;
  const tables: Table[] = [];
  for (const name of TABLES) tables.push(...(await tablesOf(sql, name, runId)));
  const chain = await chainOf(sql, runId);
  for (let from = 2; from <= steps; from += CHUNK) {
    const texts = tables.map(() => "");
    for (let seq = from; seq < from + CHUNK && seq <= steps; seq += 1) {
      const next = chain.next(seq);
      tables.forEach((table, at) => {
        texts[at] += lineOf(table, next);
      });
    }
    for (const [at, table] of tables.entries()) await copy(sql, table, texts[at] ?? "");
  }
  await sql`
    update runs set seq = ${steps}, last_step_index = ${steps}, head_hash = ${chain.head}, steps_completed = ${steps},
      input_tokens = input_tokens * ${steps}, output_tokens = output_tokens * ${steps}, cost_units = cost_units * ${steps}
    where run_id = ${runId}`;
}

async function tablesOf(sql: Sql, name: string, runId: string): Promise<Table[]> {
  const columns = await sql<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = ${name}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
  const names = columns.map((column) => column.name);
  const texts = names.map((column) => `${column}::text as ${column}`).join(", ");
  const rows = await sql.unsafe<Record<string, string | null>[]>(`select ${texts} from ${name} where run_id = $1`, [
    runId,
  ]);
  if (rows.length > 1) throw new Error(`a step left ${rows.length} rows in ${name}`);
  return rows.map((row) => ({
    name,
    columns: names,
    cells: names.map((column) => cellOf(column, row[column] ?? null)),
  }));
}

type Chain = { readonly head: Buffer; next(seq: number): Row };

// Only what differs from record to record is put into texts that are written once.
async function chainOf(sql: Sql, runId: string): Promise<Chain> {
  const [first] = await sql`
    select tenant_id, run_id, kind, step_id, step_type, recorded_at, canonical, hash, answer, answer_status from trace_records
    where run_id = ${runId} and seq = 1`;
  if (first === undefined) throw new Error("there is no first step");
  const { content_hash: _hash, receipt: _receipt, ...told } = JSON.parse(first.answer.toString("utf8"));
  const marks = { seq: 1_000_000_007, stepId: "00000000-0000-4000-8000-00000000feed", at: "2001-02-03T04:05:06.789Z" };
  const hashMark = writeHash(Buffer.alloc(32, 0xfe));
  const place = { seq: marks.seq, step_index: marks.seq, step_id: marks.stepId };
  const answerText = filling(JSON.stringify({ ...told, ...placed(told, place) }), marks);
  const columns = { tenantId: first.tenant_id, runId, kind: first.kind, stepType: first.step_type };
  const body = { ...bodyIn(first.canonical), answer_hash: hashMark };
  // A step that its runner did not name has no id in its record either.
  const stepId = first.step_id === null ? null : marks.stepId;
  const ids = { seq: marks.seq, stepIndex: marks.seq, stepId, recordedAt: new Date(marks.at) };
  const canonicalText = filling(recordBytes({ ...columns, ...ids, body }).toString("utf8"), marks);
  let head: Buffer = first.hash;
  return {
    get head() {
      return head;
    },
    next(seq) {
      const [index, at] = [String(seq), new Date(first.recorded_at.getTime() + Math.floor(seq / 1_000)).toISOString()];
      const stepId = `00000000-0000-4000-8000-${index.padStart(12, "0")}`;
      const own = { seq: index, stepId, at };
      const answer = answerText(own);
      const told = answerHash(first.answer_status, answer);
      const canonical = Buffer.from(canonicalText(own).replace(hashMark, told));
      head = recordHash(head, canonical);
      return {
        ...{
          id: stepId,
          seq: index,
          result_seq: index,
          step_index: index,
          step_id: stepId,
          recorded_at: at,
          settled_at: at,
        },
        ...{ canonical: hex(canonical), hash: hex(head) },
        answer: hex(answerBytes(answer, head)),
      };
    },
  };
}

type Marks = { seq: number | string; stepId: string; at: string };

/** The text with these instead of its marks. */
function filling(text: string, marks: Marks): (own: Marks) => string {
  const pieces = text.split(new RegExp(`(${marks.seq}|${marks.stepId}|${marks.at.replaceAll(".", "\\.")})`));
  return ({ seq, stepId, at }) =>
    pieces
      .map((piece, n) => {
        if (n % 2 === 0) return piece;
        return piece === marks.stepId ? stepId : piece === marks.at ? at : String(seq);
      })
      .join("");
}

/** Of these members those that the answer has. */
function placed(told: object, members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([name]) => Object.hasOwn(told, name)));
}

function hex(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes).toString("hex")}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function cellOf(column: string, known: string | null): Table["cells"][number] {
  // What the first step left empty stays empty.
  if (known === null) return "\\N";
  const own = OWN_COLUMNS.find((name) => name === column);
  return own === undefined ? escaped(known) : { own };
}

function lineOf({ cells }: Table, next: Row): string {
  return `${cells.map((cell) => (typeof cell === "string" ? cell : escaped(next[cell.own]))).join("\t")}\n`;
}

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign);
}

async function copy(sql: Sql, { name, columns }: Table, text: string): Promise<void> {
  const stream = await sql.unsafe(`copy ${name} (${columns.join(", ")}) from stdin`).writable();
  stream.end(text);
  await once(stream, "finish");
}
