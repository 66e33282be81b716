// Builds public/icons.svg, which is committed: each icon of lucide's that a page draws, once. A page's scripts then carry an
// icon's name and not its lines (scripts/icon-drawing.cjs). `node scripts/icons.mjs` writes it; a test says when it is stale.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./dependencies.mjs";

export const iconsPath = join(root, "public", "icons.svg");

const library = join(root, "node_modules", "lucide-react", "dist", "esm");
const license = `lucide-react's icons, under the ISC license; made by scripts/icons.mjs. Do not edit it.`;

/** One symbol an icon, named as the library's file is. */
export async function iconsText() {
  const symbols = [];
  for (const file of usedFiles()) symbols.push(await symbolOf(file));
  return `<!-- ${license} -->\n<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** An icon has several names and one file; the library's index says which. */
function usedFiles() {
  const fileOf = new Map();
  const index = readFileSync(join(library, "lucide-react.mjs"), "utf8");
  for (const [, names, file] of index.matchAll(/^export \{(.*)\} from '\.\/icons\/([\w-]+)\.mjs';$/gm)) {
    for (const [, name] of names.matchAll(/default as (\w+)/g)) fileOf.set(name, file);
  }
  return [...new Set(usedNames().map((name) => fileOf.get(name)))].sort();
}

function usedNames() {
  return ["app", "components"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .flatMap((path) => importsOf(readFileSync(join(root, folder, path), "utf8"))),
  );
}

function importsOf(source) {
  const lists = [...source.matchAll(/^import \{([^}]*)\} from "lucide-react";$/gm)];
  const items = lists.flatMap(([, list]) => list.split(",")).map((item) => item.trim());
  return items.filter((item) => /^[A-Z]/.test(item)).map((item) => item.split(" ")[0]);
}

async function symbolOf(file) {
  const { __iconData: icon } = await import(join(library, "icons", `${file}.mjs`));
  const shapes = icon.node.map(([tag, { key: _key, ...attributes }]) => `<${tag}${written(attributes)}/>`);
  return `<symbol id="${file}" viewBox="0 0 24 24">${shapes.join("")}</symbol>`;
}

function written(attributes) {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(iconsPath, await iconsText());
