import { beforeAll, describe, expect, it } from "vitest";
import { ask, type ExportsWorld, makeExportsWorld } from "@/server/exports/testing/exports-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { type Headers, send } from "@/server/testing/callers";

let world: ExportsWorld;
let bundleId: string;

beforeAll(async () => {
  world = await makeExportsWorld();
  bundleId = await bundleBy(world.admin);
});

async function bundleBy(who: { headers: Headers }): Promise<string> {
  const asked = await ask(who, world.incidentId, "evidence", { body: { format: "json" } });
  return String(asked.body.bundle_id);
}

const review = (who: { headers: Headers }, body: object, id = bundleId) =>
  send(who.headers, `/exports/${id}/review`, { body });

describe("a review", () => {
  it("by somebody else is a leaf with an audit entry, and shows in the export", async () => {
    const made = await review(world.auditor, { verdict: "approved", notes: "Seen and compared." });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        ...{ bundle_id: bundleId, verdict: "approved", notes: "Seen and compared." },
        reviewed_by: `user:${world.auditor.userId}`,
        content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    ]);
    const reviewId = String(made.body.review_id);
    const [leaf] = await inspect()`select kind, hash from leaf_sources where source_id = ${reviewId}`;
    expect([leaf?.kind, `sha256:${leaf?.hash.toString("hex")}`]).toEqual(["approval", made.body.content_hash]);
    const [audit] = await inspect()`select action, actor_id from audit_logs where entity_id = ${reviewId}`;
    expect(audit).toEqual({ action: "export.reviewed", actor_id: world.auditor.userId });
    const { body } = await send(world.owner.headers, `/exports/${bundleId}`);
    expect(body).toMatchObject({ entity: { review_status: "APPROVED", reviews: [{ review_id: reviewId }] } });
    const list = await send(world.owner.headers, "/exports");
    expect(list.body).toMatchObject({ items: [{ bundle_id: bundleId, review_status: "APPROVED" }] });
  });

  it("by the exporter is refused, and the export says so beforehand", async () => {
    const refused = await review(world.admin, { verdict: "approved" });
    expect([refused.status, refused.body.type]).toEqual([409, expect.stringMatching(/review-by-exporter$/)]);
    const { body } = await send(world.admin.headers, `/exports/${bundleId}`);
    expect(body).toMatchObject({
      actions: [
        { action: "download", enabled: true },
        { action: "review", enabled: false },
      ],
    });
  });

  it("by the one who made the exporting key is refused", async () => {
    const byKey = await bundleBy(world.key);
    await inspect()`update api_keys set created_by = ${`user:${world.owner.userId}`} where id = ${world.key.keyId}`;
    expect((await review(world.owner, { verdict: "reviewed" }, byKey)).status).toBe(409);
    expect((await review(world.admin, { verdict: "reviewed" }, byKey)).status).toBe(201);
  });

  it("that finds an exception says which", async () => {
    const bare = await review(world.auditor, { verdict: "exception" });
    expect([bare.status, bare.body]).toMatchObject([422, { errors: [{ pointer: "#/notes", code: "required" }] }]);
    expect((await review(world.auditor, { verdict: "exception", notes: "Step 2 is missing." })).status).toBe(201);
    const { body } = await send(world.owner.headers, `/exports/${bundleId}`);
    expect(body).toMatchObject({ entity: { review_status: "EXCEPTION" } });
  });

  it("of nothing is 404", async () => {
    expect((await review(world.auditor, { verdict: "reviewed" }, "EVD-000000000000")).status).toBe(404);
  });
});
