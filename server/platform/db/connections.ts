// A pool of connections. Nobody waits for ever: neither for a free connection nor for the server to take a new one.

import { Connection } from "./connection";

/** Older connections are not used again, so that a moved server or a changed setting is met within that time. */
const MAX_AGE_MS = 30 * 60_000;

/** No connection became free in time. The code is PostgreSQL's own for too many connections. */
export class NoConnectionFree extends Error {
  override readonly name = "NoConnectionFree";
  readonly code = "53300";
}

type Waiter = { timer: NodeJS.Timeout; give(connection: Connection): void; fail(error: unknown): void };

export class Connections {
  readonly #url: string;
  readonly #max: number;
  readonly #waitMs: number;
  readonly #idle: Connection[] = [];
  readonly #used = new Set<Connection>();
  readonly #waiting: Waiter[] = [];
  /** Open connections and those that are being opened. */
  #count = 0;
  #isEnding = false;
  #freshSince = Number.NEGATIVE_INFINITY;

  /** At most `max` at once; who finds none free waits for one for at most `waitMs`. */
  constructor(url: string, limits: { max: number; waitMs: number }) {
    this.#url = url;
    this.#max = limits.max;
    this.#waitMs = limits.waitMs;
  }

  /** A connection that nobody else uses until it is given back. */
  async take(): Promise<Connection> {
    if (this.#isEnding) throw new NoConnectionFree("the pool is ending");
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#isUsable(idle)) return this.#use(idle);
      this.#drop(idle);
    }
    return this.#count < this.#max ? this.#open() : this.#wait();
  }

  /** Gives a connection back; a lost or old one is thrown away. */
  give(connection: Connection): void {
    this.#used.delete(connection);
    if (this.#isEnding || !this.#isUsable(connection)) this.#drop(connection);
    else {
      const next = this.#nextWaiter();
      if (next === undefined) this.#idle.push(connection);
      else next.give(this.#use(connection));
    }
  }

  /** No connection that is open now is used again: what the server keeps for them is out of date. */
  renew(): void {
    this.#freshSince = performance.now();
  }

  /** Takes no more, waits at most `seconds` for those in use to come back, and closes all. */
  async end(seconds: number): Promise<void> {
    this.#isEnding = true;
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) {
      waiter.fail(new NoConnectionFree("the pool is ending"));
    }
    const until = performance.now() + seconds * 1000;
    while (this.#used.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const connection of [...this.#idle.splice(0), ...this.#used]) this.#drop(connection);
  }

  #use(connection: Connection): Connection {
    this.#used.add(connection);
    return connection;
  }

  async #open(): Promise<Connection> {
    this.#count += 1;
    try {
      return this.#use(await Connection.open(this.#url));
    } catch (error) {
      this.#count -= 1;
      this.#openForNext();
      throw error;
    }
  }

  #drop(connection: Connection): void {
    this.#used.delete(connection);
    this.#count -= 1;
    connection.close("it is not used any more");
    this.#openForNext();
  }

  // A place became free without a connection to give.
  #openForNext(): void {
    const next = this.#nextWaiter();
    if (next !== undefined) this.#open().then(next.give, next.fail);
  }

  // From here on the waiter's time is no longer watched: it gets a connection, or the error of opening one.
  #nextWaiter(): Waiter | undefined {
    const next = this.#waiting.shift();
    clearTimeout(next?.timer);
    return next;
  }

  #wait(): Promise<Connection> {
    return new Promise((give, fail) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        fail(new NoConnectionFree(`no connection became free in ${this.#waitMs} ms`));
      }, this.#waitMs);
      const waiter: Waiter = { timer, give, fail };
      this.#waiting.push(waiter);
    });
  }

  #isUsable(connection: Connection): boolean {
    const { isLost, openedAt } = connection;
    return !isLost && openedAt > this.#freshSince && performance.now() - openedAt < MAX_AGE_MS;
  }
}
