// The second verifier on version 2, written from §16 of docs/evidence-format.md alone. As the rest of it, it reads everything into
// memory and looks at fewer figures.
import { checkContent, clientJson, H, type Members, members, must, usageOf } from "./second-file-verifier";

/** Does it hold? `lines` have their line feeds no more. */
export function linesHold(lines: readonly string[]): boolean {
  try {
    const values = lines.map((line) => members(JSON.parse(line)));
    must(values.every((value, at) => clientJson(value) === lines[at]));
    const [header = {}, ...others] = values;
    const { proof, ...rest } = others.pop() ?? {};
    must(proof !== undefined && Object.keys(rest).length === 0 && members(proof).format === "holdpoint-evidence/2");
    must(Object.keys(header).join() === "bundle,incident_timeline,snapshot");
    must(members(header.bundle).steps === undefined);
    const hash = H("bundle-lines", ...lines.slice(0, -1).map((line) => `${line}\n`));
    must(hash === members(proof).bundle_hash);
    checkSteps(others);
    const file = {
      ...header,
      records: others.map(({ record }) => record ?? null),
      salts: Object.fromEntries(
        others.flatMap(({ record, salts }) => (salts === undefined ? [] : [[String(members(record).seq), salts]])),
      ),
    };
    checkContent(file, members(proof));
    return true;
  } catch {
    return false;
  }
}

// Whatever a step says of itself was said when its line was hashed; here it is whose step it is, and what it used.
function checkSteps(lines: readonly Members[]): void {
  const begins = lines.filter(({ record }) => {
    const { kind, step_index } = members(record);
    return step_index !== undefined && ["admission", "report", "violation", "stopped"].includes(String(kind));
  });
  const listed = lines.filter(({ step }) => step !== undefined);
  must(listed.length === 0 || (listed.length === begins.length && listed.every((line) => begins.includes(line))));
  for (const { record, step, salts: _salts, ...others } of lines) {
    must(Object.keys(others).length === 0);
    if (step === undefined) continue;
    const index = members(record).step_index;
    const own = lines.map((line) => members(line.record)).filter(({ step_index }) => step_index === index);
    const used = own.find(({ kind }) => ["report", "result", "late"].includes(String(kind)));
    const { input_tokens = null, output_tokens = null } = used === undefined ? {} : usageOf(used);
    const shown = members(step);
    const is = { step_index: index ?? null, input_tokens, output_tokens, records: own.map(({ seq }) => seq ?? null) };
    for (const [name, value] of Object.entries(is)) {
      must(shown[name] === undefined || clientJson(shown[name]) === clientJson(value));
    }
  }
}
