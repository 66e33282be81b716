// Work that may wait. A job knows ids only, its tenant's first; what it needs besides it reads when it runs, within that
// tenant. It may run more than once: a process that is killed in the middle leaves it to be tried again.

import type { z } from "zod";
import { type Principal, systemPrincipal } from "@/server/platform/auth/principal";

/** Ids by name. */
export type JobIds = { tenant_id: string } & Record<string, string>;

export type JobCall = {
  /** The product itself within the job's tenant: for `asTenant`. */
  principal: Principal;
  /** Aborts when the job has taken too long, or the process stops. */
  signal: AbortSignal;
};

type Definition<P extends JobIds> = {
  payload: z.ZodType<P>;
  /** Throws: it is tried again later, each time after twice as long. */
  handler(payload: P, call: JobCall): Promise<void>;
  /** Called when it has failed for the last time, so that whoever waits for it can be told. */
  buried?(payload: P, call: JobCall): Promise<void>;
  /** How many of them one process runs at once (2). */
  atOnce?: number;
  /** A tenant's jobs come one after the other, and each behind what other tenants asked for meanwhile (false). */
  isOnePerTenant?: boolean;
  /** How often it is tried again (5), and after how many seconds first (2). */
  retries?: number;
  firstRetryS?: number;
  /** After so long it counts as failed (15 minutes). */
  mostMs?: number;
};

/** A job whose payload has not been read yet: what runs jobs of all kinds knows. */
export type AnyJob = Readonly<
  Required<Pick<Definition<JobIds>, "atOnce" | "isOnePerTenant" | "retries" | "firstRetryS" | "mostMs">>
> & {
  readonly name: string;
  run(data: unknown, signal: AbortSignal): Promise<void>;
  bury(data: unknown, signal: AbortSignal): Promise<void>;
};

export type Job<P extends JobIds> = AnyJob & { readonly payload: z.ZodType<P> };

/** `name` is `<domain>.<verb>`, and never changes: jobs of that name wait in databases. */
export function defineJob<P extends JobIds>(name: string, definition: Definition<P>): Job<P> {
  const { payload, handler, buried, retries = 5, firstRetryS = 2, mostMs = 900_000 } = definition;
  const { atOnce = 2, isOnePerTenant = false } = definition;
  const callOf = (ids: P, signal: AbortSignal) => ({ principal: systemPrincipal(ids.tenant_id, name), signal });
  return {
    ...{ name, payload, atOnce, isOnePerTenant, retries, firstRetryS, mostMs },
    async run(data, signal) {
      const ids = payload.parse(data);
      await handler(ids, callOf(ids, signal));
    },
    async bury(data, signal) {
      const ids = payload.parse(data);
      await buried?.(ids, callOf(ids, signal));
    },
  };
}
