// A TCP proxy that cuts connections where a plan says so: what is sent passes, or its answer does not.

import { connect, createServer, type Server, type Socket } from "node:net";

/** What becomes of a piece of bytes on its way. `cut` closes both sides; `half` lets the first half of it pass before. */
export type Fate = "pass" | "cut" | "half";

export type CutPlan = {
  /** Bytes of the client for the server. */
  up?(bytes: Buffer): Fate;
  /** Bytes of the server for the client; `sent` is the last piece that the client sent. */
  down?(bytes: Buffer, sent: Buffer): Fate;
};

export class CuttingProxy {
  port = 0;
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: { host: string; port: number }, plan: CutPlan) {
    this.#server = createServer((client) => this.#join(client, connect(target), plan));
  }

  static async open(target: { host: string; port: number }, plan: CutPlan): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, plan);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    const address = proxy.#server.address();
    proxy.port = typeof address === "object" && address !== null ? address.port : 0;
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket, plan: CutPlan): void {
    let sent: Buffer = Buffer.alloc(0);
    const cut = () => {
      client.destroy();
      server.destroy();
    };
    const forward = (to: Socket, bytes: Buffer, fate: Fate) => {
      if (fate === "pass") return void to.write(bytes);
      this.cuts += 1;
      if (fate === "half") to.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), cut);
      else cut();
    };
    client.on("data", (bytes) => {
      sent = bytes;
      forward(server, bytes, plan.up?.(bytes) ?? "pass");
    });
    server.on("data", (bytes) => forward(client, bytes, plan.down?.(bytes, sent) ?? "pass"));
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", cut);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
  }
}

const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0", "latin1");

/** Whether these bytes ask PostgreSQL to commit (simple query protocol). */
export function isCommit(bytes: Buffer): boolean {
  return bytes.includes(COMMIT);
}
