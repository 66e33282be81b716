import { describe, expect, it } from "vitest";
import { auditRow } from "@/server/platform/audit/audit";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { macKey } from "@/server/platform/env/secrets";
import { type AuditRow, faultOfEntry } from "./entry-check";

const tenantId = "0197a2b4-0000-7000-8000-000000000001";
const principal = systemPrincipal(tenantId, "test");
const key = Buffer.from(macKey(), "utf8");

/** An entry as the database gives it back: jsonb has been through JSON. */
function stored(entry: Partial<Parameters<typeof auditRow>[0]> = {}): AuditRow {
  const at = new Date("2026-01-22T09:30:00.123Z");
  const row = auditRow(
    { action: "policy.updated", entity_type: "policy", entity_id: "p-1", run_id: tenantId, ...entry },
    { principal, at, requestId: "req-1" },
  );
  const json = (value: unknown): unknown => (value == null ? null : JSON.parse(JSON.stringify(value)));
  const { before, after, detail, runId, requestId, afterHash, ...rest } = row;
  return {
    ...{ ...rest, tenantId, runId: runId ?? null, requestId: requestId ?? null, afterHash: afterHash ?? null },
    ...{ before: json(before), after: json(after), detail: json(detail) },
  };
}

const images = {
  before: { threshold: 0.1, limit: null, at: new Date("2026-01-01T00:00:00.000Z"), list: [1, "ü"] },
  after: { threshold: 1e-7, nested: { absent: undefined, there: true } },
  detail: { reason: "tightened" },
};

describe("an entry as it was written", () => {
  it("passes, with images and without", () => {
    expect(faultOfEntry(stored(), key)).toBeNull();
    expect(faultOfEntry(stored(images), key)).toBeNull();
  });
});

describe("an entry that was changed", () => {
  it.each([
    ["action", { action: "policy.created" }],
    ["actor", { actorId: "somebody" }],
    ["entity", { entityId: "p-2" }],
    ["time", { recordedAt: new Date("2026-01-22T09:30:00.124Z") }],
    ["tenant", { tenantId: "0197a2b4-0000-7000-8000-000000000002" }],
    ["before", { before: {} }],
    ["after", { after: { threshold: 2 } }],
    ["detail", { detail: null }],
    ["an image that has no canonical form", { after: { list: [null] } }],
    ["entry_hash", { entryHash: Buffer.alloc(32) }],
  ])("is found by its hash: %s", (_, change) => {
    expect(faultOfEntry({ ...stored(images), ...change }, key)).toBe("hash");
  });

  it("is found by its MAC when the hash was made again without the key", () => {
    const other = Buffer.from("another key, as a forger would have it");
    expect(faultOfEntry(stored(images), other)).toBe("mac");
    expect(faultOfEntry({ ...stored(images), mac: Buffer.alloc(0) }, key)).toBe("mac");
  });

  it("is found by its after-image's hash, which its own hash does not cover", () => {
    expect(faultOfEntry({ ...stored(images), afterHash: Buffer.alloc(32) }, key)).toBe("after_hash");
    expect(faultOfEntry({ ...stored(images), afterHash: null }, key)).toBe("after_hash");
    expect(faultOfEntry({ ...stored(), afterHash: Buffer.alloc(32) }, key)).toBe("after_hash");
  });
});
