// Where the text of a bundle goes while it is read: into parts of 1 MiB. A small bundle stays in memory until its reading
// is over, so that no second connection is needed beside the reading one; a large one is written away on the way.

import { createHash } from "node:crypto";

/** The most bytes of one row of `export_drafts` and `export_parts`. */
export const PART_BYTES = 1_048_576;
/** Held in memory before the first part is written away. */
const HELD_BYTES = 2 * PART_BYTES;

export class DraftSink {
  readonly #store: (part: number, bytes: Buffer) => Promise<void>;
  #open: Buffer[] = [];
  #openBytes = 0;
  #held: Buffer[] = [];
  #stored = 0;
  /** SHA-256 over all that was written. */
  readonly hash = createHash("sha256");

  /** `store` writes one part away; it is called for each in order. */
  constructor(store: (part: number, bytes: Buffer) => Promise<void>) {
    this.#store = store;
  }

  async write(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text);
    this.hash.update(bytes);
    this.#open.push(bytes);
    this.#openBytes += bytes.length;
    if (this.#openBytes < PART_BYTES) return;
    const whole = Buffer.concat(this.#open);
    const full = whole.length - (whole.length % PART_BYTES);
    for (let at = 0; at < full; at += PART_BYTES) this.#held.push(whole.subarray(at, at + PART_BYTES));
    this.#open = [whole.subarray(full)];
    this.#openBytes = whole.length - full;
    if (this.#held.length * PART_BYTES > HELD_BYTES) await this.#storeHeld();
  }

  /** The parts that have not been written away, with the last one, and the number of the first of them. */
  rest(): { first: number; parts: Buffer[] } {
    const last = Buffer.concat(this.#open);
    return { first: this.#stored, parts: last.length === 0 ? this.#held : [...this.#held, last] };
  }

  async #storeHeld(): Promise<void> {
    for (const bytes of this.#held.splice(0)) {
      await this.#store(this.#stored, bytes);
      this.#stored += 1;
    }
  }
}
