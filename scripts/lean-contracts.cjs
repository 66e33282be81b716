// A loader of the bundler: what is left of a contract in the browser, which asks for an operation's id, method and path and
// checks nothing. Operations, and the parts they share, keep these three fields; what is made of schemas becomes the `z` that
// stands in for zod there, and says so when it is used; what else is called is marked as free of side effects.

const { transformSync } = require("esbuild");

const kept = ["id", "method", "path"];
const dropped =
  "summary permission audit params query body bodyLimit returns status media problems rate transaction item filters sort defaultSort";
const known = new Set([...kept, ...dropped.split(" ")]);

// As esbuild prints it: a declaration begins and ends at the start of a line, a field of a long object stands on its own.
const declaration = /^const (\w+) = ([\s\S]*?);\n(?=[\w/@]|$)/gm;
const operation = /^(listE|e)ndpoint\(\{(\s[\s\S]*\s)\}\)$/;
const object = /^\{(\s[\s\S]*\s)\}$/;

function leanContract(source) {
  const { code } = transformSync(source, { loader: "ts", format: "esm", target: "es2022" });
  const exported = code.slice(code.lastIndexOf("\nexport {"));
  const schemas = schemasIn(code);
  return code.replace(declaration, (_all, name, value) => {
    const lean = leanObjectOf(value, new RegExp(`\\b${name}\\b`).test(exported));
    if (lean === null && mentions(value, schemas)) return `const ${name} = z;\n`;
    return `const ${name} = ${lean ?? pure(value)};\n`;
  });
}

/** An operation, or fields that several share, without what no browser asks for; null where the value is neither. */
function leanObjectOf(value, isExported) {
  const [, kind, fields] = operation.exec(value) ?? [];
  if (kind !== undefined) return objectWith([...(kind === "listE" ? ['method: "GET"'] : []), ...fieldsOf(fields)]);
  const shared = fieldsOf(object.exec(value)?.[1] ?? "");
  const isOne = !isExported || shared.some((field) => field.startsWith("..."));
  const isKnown = shared.every((field) => field.startsWith("...") || known.has(nameOf(field)));
  return shared.length > 0 && isOne && isKnown ? objectWith(shared) : null;
}

function objectWith(fields) {
  return `{ ${fields.filter((field) => field.startsWith("...") || kept.includes(nameOf(field))).join(", ")} }`;
}

/** The fields of an object as it was printed: on lines of their own, or all on one line. */
function fieldsOf(text) {
  const parts = text.includes("\n") ? text.split(/\n(?= {2}[\w./])/) : text.split(/, (?![^([{]*[)\]}])/);
  return parts.map((part) => part.trim().replace(/,$/, "")).filter((part) => part !== "" && !part.startsWith("/"));
}

function nameOf(field) {
  return /^\w+/.exec(field)?.[0] ?? "";
}

/** The names of schemas and of what makes them: zod's own, and whatever is made of one of them. */
function schemasIn(code) {
  const names = new Set(["z"]);
  const imported = /^import \{([^}]*)\} from "[^"]*(?:contract|wire)";$/gm;
  for (const [, list] of code.matchAll(imported)) {
    for (const name of list.match(/\b(?:[A-Z]\w*[a-z]\w*|detailOf|listOf)\b/g) ?? []) names.add(name);
  }
  for (const [, name, body] of code.matchAll(/^function (\w+)(\([\s\S]*?)\n\}/gm)) {
    if (mentions(body, names)) names.add(name);
  }
  for (const [, name, value] of code.matchAll(declaration)) {
    if (!operation.test(value) && mentions(value, names)) names.add(name);
  }
  return names;
}

function mentions(text, names) {
  const words = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/(?<![\w.])[A-Za-z_]\w*/g) ?? [];
  return words.some((word) => names.has(word));
}

function pure(value) {
  return /^\w+\([\s\S]*\)$/.test(value) ? `/* @__PURE__ */ ${value}` : value;
}

module.exports = leanContract;
