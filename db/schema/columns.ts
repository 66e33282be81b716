import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** Raw bytes; postgres.js hands them over as Buffer. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** An instant of the database's clock, cut to milliseconds because that is what is hashed. */
export function instant() {
  return timestamp({ precision: 3, withTimezone: true, mode: "date" });
}

/** A non-negative count, duration in ms, or money in 1/10 000 cent; always below 2^53. */
export function amount() {
  return bigint({ mode: "number" });
}

/** Set by TenantDb; row-level security compares it with the transaction's tenant. */
export function tenantId() {
  return uuid().notNull();
}
