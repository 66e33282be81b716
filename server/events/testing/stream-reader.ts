// A reader of server-sent events, as a browser or a program is one.

import { answerOf, type Headers, host } from "@/server/testing/callers";

export type Told = { event: string; id: number | null; data: Record<string, unknown> };

export class StreamReader {
  readonly told: Told[] = [];
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = "";

  private constructor(
    readonly response: Response,
    body: ReadableStream<Uint8Array>,
  ) {
    this.#reader = body.getReader();
  }

  /** Opens the tenant's stream; throws when it is refused. */
  static async open(headers: Headers, { after, lastId }: { after?: number; lastId?: number } = {}) {
    const search = after === undefined ? "" : `?after=${after}`;
    const resumed = lastId === undefined ? {} : { "last-event-id": String(lastId) };
    const response = await answerOf(
      new Request(`${host}/api/v1/events${search}`, { headers: { ...headers, ...resumed } }),
    );
    return StreamReader.over(response);
  }

  /** Reads an answer that is there; throws when it is a refusal. */
  static async over(response: Response) {
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status} ${await response.text()}`);
    return new StreamReader(response, response.body);
  }

  /** Reads on until `holds` or the stream's end. Throws after `mostMs`. */
  async until(holds: () => boolean, mostMs = 30_000): Promise<void> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`told only ${JSON.stringify(this.told.at(-1))}`)), mostMs).unref();
    });
    while (!holds() && !this.isOver) await Promise.race([this.#next(), late]);
  }

  /** The highest id that was told: where a reconnect goes on. */
  get lastId(): number {
    return Math.max(0, ...this.told.map(({ id }) => id ?? 0));
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#reader.read();
    this.isOver = done;
    const blocks = (this.#rest + Buffer.from(value ?? []).toString("utf8")).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    this.told.push(...blocks.flatMap(toldOf));
  }
}

function toldOf(block: string): Told[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  const [event, id, data] = [field("event"), field("id"), field("data")];
  if (event === undefined || data === undefined) return [];
  return [{ event, id: id === undefined ? null : Number(id), data: JSON.parse(data) }];
}
