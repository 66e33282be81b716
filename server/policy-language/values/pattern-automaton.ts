import type { PatternTree, Ranges } from "@/server/policy-language/values/pattern-tree";

/**
 * A position automaton (Glushkov's): one position for each character the pattern can take, no empty moves. `^` and `$`
 * are positions too: they take two symbols that stand before and after every text.
 */
export interface Automaton {
  readonly positions: readonly Position[];
  readonly first: ReadonlySet<number>;
  readonly last: ReadonlySet<number>;
  readonly follow: readonly ReadonlySet<number>[];
  readonly takesNothing: boolean;
}

export type Position = { readonly ranges: Ranges } | { readonly edge: "start" | "end" };

interface Part {
  readonly first: ReadonlySet<number>;
  readonly last: ReadonlySet<number>;
  readonly takesNothing: boolean;
}

/** The automaton, or a sentence that says why there is none. */
export function buildAutomaton(tree: PatternTree, maxPositions: number): Automaton | string {
  if (countPositions(tree) > maxPositions)
    return `it is larger than ${maxPositions} characters and classes, repetitions counted out.`;
  const builder = new Builder();
  const whole = builder.add(tree);
  const { positions, follow } = builder;
  for (const [from, edge] of positions.entries()) {
    if (!("edge" in edge)) continue;
    for (const to of follow[from] ?? []) {
      const next = positions[to];
      // One symbol before and one after the text: `^^` would need two.
      if (next && "edge" in next && (next.edge === edge.edge || next.edge === "start"))
        return "`^` or `$` follows itself.";
    }
  }
  return { positions, follow, ...whole };
}

function countPositions(tree: PatternTree): number {
  switch (tree.kind) {
    case "empty":
      return 0;
    case "set":
    case "edge":
      return 1;
    case "sequence":
    case "either":
      return tree.parts.reduce((sum, part) => sum + countPositions(part), 0);
    case "repeat":
      return countPositions(tree.of) * (Number.isFinite(tree.max) ? tree.max : Math.max(tree.min, 1));
  }
}

const nothing: Part = { first: new Set(), last: new Set(), takesNothing: true };

class Builder {
  readonly positions: Position[] = [];
  readonly follow: Set<number>[] = [];

  add(tree: PatternTree): Part {
    switch (tree.kind) {
      case "empty":
        return nothing;
      case "set":
        return this.position({ ranges: tree.ranges });
      case "edge":
        return this.position({ edge: tree.edge });
      case "sequence":
        return tree.parts.map((part) => this.add(part)).reduce((a, b) => this.join(a, b), nothing);
      case "either":
        return tree.parts.map((part) => this.add(part)).reduce(either);
      case "repeat":
        return this.repeat(tree.of, tree.min, tree.max);
    }
  }

  private position(position: Position): Part {
    const index = this.positions.push(position) - 1;
    this.follow.push(new Set());
    return { first: new Set([index]), last: new Set([index]), takesNothing: false };
  }

  private join(a: Part, b: Part): Part {
    this.link(a.last, b.first);
    return {
      first: a.takesNothing ? union(a.first, b.first) : a.first,
      last: b.takesNothing ? union(b.last, a.last) : b.last,
      takesNothing: a.takesNothing && b.takesNothing,
    };
  }

  // x{2,4} is x x x? x?, x{2,} is x x+, with a copy of x for each.
  private repeat(tree: PatternTree, min: number, max: number): Part {
    let whole = nothing;
    const copies = Number.isFinite(max) ? max : Math.max(min, 1);
    for (let copy = 1; copy <= copies; copy++) {
      const part = this.add(tree);
      const isLast = copy === copies;
      if (isLast && !Number.isFinite(max)) this.link(part.last, part.first);
      whole = this.join(whole, copy > min ? { ...part, takesNothing: true } : part);
    }
    return whole;
  }

  private link(from: ReadonlySet<number>, to: ReadonlySet<number>): void {
    for (const position of from) for (const next of to) this.follow[position]?.add(next);
  }
}

function either(a: Part, b: Part): Part {
  return {
    first: union(a.first, b.first),
    last: union(a.last, b.last),
    takesNothing: a.takesNothing || b.takesNothing,
  };
}

function union(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...a, ...b]);
}
