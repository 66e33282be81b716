// A loader of the bundler: one of lucide's icons becomes its name, which ours draws by.

const { basename, dirname, join, relative } = require("node:path");

const ours = join(__dirname, "../components/ui/draw-icon.ts");

module.exports = function drawing() {
  const from = JSON.stringify(relative(dirname(this.resourcePath), ours));
  const name = JSON.stringify(basename(this.resourcePath, ".mjs"));
  return `import { drawIcon } from ${from};\nexport default /* @__PURE__ */ drawIcon(${name});\n`;
};
