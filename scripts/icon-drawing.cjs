// A loader of the bundler: what lucide makes its icons with becomes ours.

const { dirname, join, relative } = require("node:path");

const ours = join(__dirname, "../components/ui/draw-icon.ts");

module.exports = function drawing() {
  return `export { drawIcon as default } from ${JSON.stringify(relative(dirname(this.resourcePath), ours))};\n`;
};
