import type { Syntax } from "@/server/policy-language/syntax/tree";

/**
 * How deep a tree nests. A chain such as `a + b + c` or `a && b && c` is as deep as its deepest link: it reads flat,
 * and its length is bounded by the condition's length.
 */
export function nestingDepth(tree: Syntax): number {
  return depthBelow(tree);
}

const chainOf: Readonly<Record<string, string>> = {
  "_&&_": "and",
  "_||_": "or",
  "_+_": "sum",
  "_-_": "sum",
  "_*_": "product",
  "_/_": "product",
  "_%_": "product",
};

function depthBelow(node: Syntax): number {
  switch (node.kind) {
    case "literal":
    case "foreign":
    case "name":
      return 0;
    case "select":
    case "has":
      return depthBelow(node.operand);
    case "list":
      return 1 + deepest(node.elements);
    case "map":
      return 1 + deepest(node.entries.flat());
    case "macro":
      return Math.max(depthBelow(node.range), 1 + deepest([node.predicate, node.transform]));
    case "call":
      return callDepth(node);
  }
}

function callDepth(node: Extract<Syntax, { kind: "call" }>): number {
  const target = node.target ? depthBelow(node.target) : 0;
  const chain = chainOf[node.name];
  if (!chain) return Math.max(target, 1 + deepest(node.args));
  let below = 0;
  for (const arg of node.args) {
    const isLink = arg.kind === "call" && chainOf[arg.name] === chain;
    below = Math.max(below, depthBelow(arg) + (isLink ? 0 : 1));
  }
  return below;
}

function deepest(nodes: readonly (Syntax | null)[]): number {
  return nodes.reduce((depth, node) => Math.max(depth, node ? depthBelow(node) : 0), 0);
}
