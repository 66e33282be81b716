import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "postgres";

// The first of the three locks, in one place, so that a test can take it away and show that row security alone holds.

let removed = false;

/** Tests only: statements go out without their tenant predicate until `restore` is called. */
export function removeTenantPredicate(): { restore(): void } {
  removed = true;
  return {
    restore() {
      removed = false;
    },
  };
}

export function predicateOf(predicate: SQL): SQL {
  return removed ? sql`true` : predicate;
}

export function rawPredicate(raw: Sql, alias: string | undefined, tenantId: string) {
  if (removed) return raw`true`;
  return raw`${raw(alias === undefined ? "tenant_id" : `${alias}.tenant_id`)} = ${tenantId}`;
}

const PREDICATE = /\b((?:\w+\.)?tenant_id) = \$1(?!\d)/g;
const checkedTexts = new Set<string>();

/** The statement itself, once it is known to carry the predicate; throws when it does not. */
export function preparedPredicate(text: string): string {
  if (!checkedTexts.has(text)) {
    if (text.search(PREDICATE) < 0) throw new Error(`a statement without the tenant predicate: ${text.slice(0, 120)}`);
    checkedTexts.add(text);
  }
  // The parameter stays in use, so that its type can still be inferred.
  return removed ? text.replace(PREDICATE, () => "$1::uuid is not null") : text;
}
