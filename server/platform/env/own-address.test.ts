import { describe, expect, it } from "vitest";
import { ownAddress } from "@/server/platform/env/own-address";

describe("where this process reaches itself", () => {
  it.each([
    ["127.0.0.1", 3401, "127.0.0.1", 3401],
    ["192.0.2.7", 80, "192.0.2.7", 80],
    ["0.0.0.0", 3401, "127.0.0.1", 3401],
    ["::", 3401, "::1", 3401],
    ["::1", 3401, "::1", 3401],
    ["127.0.0.1", 0, "127.0.0.1", 1],
  ])("D8: HOST %s and PORT %i is %s:%i, and never another server's port", (HOST, PORT, hostname, port) => {
    expect(ownAddress({ HOST, PORT })).toEqual({ hostname, port });
  });
});
