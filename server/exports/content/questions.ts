// Every question a bundle put to the database, kept so that the bundle can name them.

import type { ProductionQuery } from "@/server/exports/content/bundle-types";

type Parameters = ProductionQuery["parameters"];

export class Questions {
  readonly #asked: ProductionQuery[] = [];

  /** `rows` null: it answers figures and not rows. */
  note(query: { id: string; reads: string[]; condition: string; parameters?: Parameters; rows?: number | null }): void {
    const { id, reads, condition, parameters = {}, rows = null } = query;
    this.#asked.push({ id, reads, condition, parameters, rows });
  }

  all(): ProductionQuery[] {
    return [...this.#asked];
  }
}
