// One physical connection to PostgreSQL, used by one transaction at a time and thrown away at the first sign that it is
// broken. The driver would take a broken connection up again: it writes to a socket that is gone, outside of any promise,
// and hands a connection that came back to whoever holds an old handle. So each connection is a client of its own, and
// nothing is sent on it once it is lost.

import postgres from "postgres";
import { arrayTypes } from "./array-literal";

/** The part of the driver's client that transactions use. */
export type Sql = postgres.Sql;

/** Seconds to wait for a new connection; a request behind it must hear 503 soon. */
const CONNECT_TIMEOUT_S = 3;

/** The connection is gone, or was given up; what its last statement came to is not known. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly code = "CONNECTION_CLOSED";
}

/** A statement on its way: what a test may let happen to it. */
export type Passing = { text: string; fail(): void; stall(): void; cut(): void };
type Watcher = (passing: Passing) => void;

let watcher: Watcher | null = null;

/** Tests only: `watch` sees every statement before it is sent, until `restore` is called. */
export function watchStatements(watch: Watcher): { restore(): void } {
  watcher = watch;
  return {
    restore() {
      watcher = null;
    },
  };
}

/** What one transaction sends through; after `revoke` nothing of its work is sent any more. */
export type Handle = { sql: Sql; revoke(): void };

export class Connection {
  readonly openedAt = performance.now();
  /** For what opens and ends transactions; their work has a handle of its own. */
  readonly sql: Sql;
  readonly #client: postgres.Sql;
  readonly #reserved: postgres.ReservedSql;
  #lost: Error | null = null;
  #failure: unknown = null;
  #whenLost: ((error: Error) => void) | null = null;

  /** Connects. Rejects with the driver's or the server's error when that fails. */
  static async open(url: string): Promise<Connection> {
    let opened: Connection | null = null;
    const client = openClient(url, () => opened?.lose(new ConnectionLost("the connection was closed")));
    try {
      // Not `reserve` at once: one that fails stays in the driver's queue and connects again behind our back.
      await client`select 1`;
      opened = new Connection(client, await client.reserve());
      return opened;
    } catch (error) {
      void client.end({ timeout: 0 });
      throw error;
    }
  }

  private constructor(client: postgres.Sql, reserved: postgres.ReservedSql) {
    this.#client = client;
    this.#reserved = reserved;
    this.sql = this.#guarded(() => this.#lost);
  }

  /** A branch of the work may outlive it; what it sends then must not fall into the next transaction. */
  handle(): Handle {
    let isOver = false;
    return {
      sql: this.#guarded(() => this.#lost ?? (isOver ? new Error("the transaction is over") : null)),
      revoke() {
        isOver = true;
      },
    };
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** The first error that a statement of the current `during` met. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Settles as `work` does, or rejects as soon as the connection is lost, whatever `work` waits for then. After
   * `deadlineMs` (null: never) the connection is given up.
   */
  during<T>(deadlineMs: number | null, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      const late = () => this.close("a transaction took too long");
      const timer = deadlineMs === null ? undefined : setTimeout(late, deadlineMs);
      // Before it settles: who waits for this may call `during` again at once.
      const settle = (how: () => void) => {
        clearTimeout(timer);
        this.#whenLost = null;
        how();
      };
      this.#failure = null;
      this.#whenLost = (error) => settle(() => reject(error));
      work().then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }

  /** Throws the connection away; what was under way on it is rejected. */
  close(why: string): void {
    this.lose(new ConnectionLost(why));
    void this.#client.end({ timeout: 0 });
  }

  private lose(error: Error): void {
    if (this.#lost !== null) return;
    this.#lost = error;
    this.#whenLost?.(error);
  }

  #guarded(refusal: () => Error | null): Sql {
    const reserved = this.#reserved;
    const build = (...args: Parameters<typeof reserved>) => this.#guard(reserved(...args), refusal);
    const unsafe = (...args: Parameters<typeof reserved.unsafe>) => this.#guard(reserved.unsafe(...args), refusal);
    return asSql(Object.assign(build, reserved, { unsafe }));
  }

  // A query is sent when it is awaited, which may be later than it was built; only then is it known whether it still may.
  #guard<Q>(built: Q, refusal: () => Error | null): Q {
    if (!(built instanceof Promise)) return built;
    const query = internals(built);
    const { handler, reject } = query;
    query.reject = (error) => {
      this.#failure ??= error;
      reject(error);
    };
    query.handler = (sent) => {
      if (watcher !== null) this.#show(query, watcher);
      const refused = refusal();
      if (refused === null) handler(sent);
      else reject(refused);
    };
    Object.defineProperty(query, "retried", sentOnce);
    return built;
  }

  #show(query: DriverQuery, watch: Watcher): void {
    const become = (text: string) => void Object.assign(query, { strings: [text], args: [], tagged: false });
    watch({
      text: query.strings.join("?"),
      fail: () => become("select 1 from a_fault_of_the_test"),
      stall: () => become("select pg_sleep(60)"),
      cut: () => this.close("cut by a test"),
    });
  }
}

// The driver sends a statement whose plan the server has dropped a second time: behind the failure that ended its
// transaction, and so perhaps behind its COMMIT and on its own. Setting `retried` is how that begins.
const sentOnce: PropertyDescriptor & ThisType<DriverQuery> = {
  get: () => undefined,
  set(error) {
    this.cancelled = true;
    this.reject(error);
  },
};

type DriverQuery = {
  strings: readonly string[];
  cancelled: unknown;
  handler(query: unknown): void;
  reject(error: unknown): void;
};

// The driver's types show none of these own properties of its queries; connection.db.test.ts holds it to them.
function internals(query: Promise<unknown>): DriverQuery {
  return query as unknown as DriverQuery;
}

// A function with the reserved client's members is that client, except that its queries are guarded.
function asSql(guarded: unknown): Sql {
  return guarded as Sql;
}

function verbatimJson(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every int8 of the schema is below 2^53, so numbers are exact; instants are Dates cut to ms by the column type. */
function openClient(url: string, onclose: () => void): postgres.Sql {
  const client = postgres(url, {
    max: 1,
    // Its age is the pool's business: the driver would end it without telling the pool.
    max_lifetime: null,
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    onnotice: () => {},
    onclose,
    connection: { application_name: "holdpoint", statement_timeout: 60_000 },
    types: {
      ...arrayTypes,
      bigint: { to: 20, from: [20], serialize: String, parse: Number },
      // drizzle hands jsonb over as text already; text goes through unchanged, objects are written once.
      json: { to: 114, from: [114], serialize: verbatimJson, parse: JSON.parse },
      jsonb: { to: 3802, from: [3802], serialize: verbatimJson, parse: JSON.parse },
    },
  });
  return asSql(client);
}
