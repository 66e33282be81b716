import { expect, it } from "vitest";
import { type KeyRow, provenHistory } from "./key-store";

const key = (over: Partial<KeyRow>): KeyRow => ({
  ...{ fingerprint: "old", public_key: Buffer.alloc(32, 1), active_from: new Date(0), retired_at: null },
  ...{ predecessor: null, endorsement: null },
  ...over,
});

it("a key of no instant is vouched for by nobody", () => {
  const endorsed = { fingerprint: "new", predecessor: "old", endorsement: Buffer.alloc(128) };
  const fresh = key({ ...endorsed, active_from: new Date(Number.NaN) });
  expect(provenHistory([key({}), fresh], "new")).toEqual([fresh]);
});
