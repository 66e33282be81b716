// From a blocked run to a file that proves it, through HTTP alone.

import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ask,
  detailOf,
  download,
  type ExportsWorld,
  exported,
  makeExportsWorld,
  verdictOf,
  whenOver,
} from "@/server/exports/testing/exports-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { send, sent } from "@/server/testing/callers";

let world: ExportsWorld;

beforeAll(async () => {
  world = await makeExportsWorld();
});

async function auditsOf(bundleId: unknown): Promise<string[]> {
  const rows = await inspect()`
    select action, actor_type || ':' || actor_id as actor from audit_logs
    where tenant_id = ${world.tenantId} and entity_id = ${String(bundleId)} order by recorded_at, id`;
  return rows.map(({ action, actor }) => `${action} by ${actor}`);
}

describe("an evidence bundle", () => {
  it("is ready at once, with its audit entries and events", async () => {
    const body = { format: "json", export_reason: "Q4 audit", prepared_for: "Audit committee" };
    const asked = await ask(world.member, world.incidentId, "evidence", { body });
    expect([asked.status, asked.body]).toMatchObject([
      201,
      {
        bundle_id: expect.stringMatching(/^EVD-[0-9a-f]{12}$/),
        ...{ bundle_type: "evidence", format: "json", status: "ready" },
        ...{ incident_id: world.incidentId, run_id: world.runId },
        content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        download_url: `/api/v1/exports/${asked.body.bundle_id}/download`,
      },
    ]);
    await download(world.auditor, asked.body.bundle_id);
    expect(await auditsOf(asked.body.bundle_id)).toEqual([
      `export.created by user:${world.member.userId}`,
      "export.completed by system:exports.make",
      `export.downloaded by user:${world.auditor.userId}`,
    ]);
    const events = await inspect()`
      select topic from outbox where tenant_id = ${world.tenantId} and entity_id = ${String(asked.body.bundle_id)}
      order by recorded_at, id`;
    expect(events.map(({ topic }) => topic)).toEqual(["export.created", "export.ready"]);
    const drafts = await inspect()`select from export_drafts where tenant_id = ${world.tenantId}`;
    expect(drafts).toHaveLength(0);
  });

  it.each(["json", "pdf"])("as %s is verified by its own proof and our published key", async (format) => {
    const file = await exported(world.member, world.incidentId, "evidence", { format });
    const verdict = await verdictOf(world.member, file.bytes);
    expect(verdict).toMatchObject({ status: 200, body: { verified: true, signer: "trusted", first_failure: null } });
  });

  it("holds every record, the snapshot, the incident's events and the salts", async () => {
    const file = await exported(world.member, world.incidentId, "evidence", { format: "json" });
    const { records, snapshot, incident_timeline, salts, proof, bundle } = JSON.parse(file.bytes.toString("utf8"));
    expect(records.map((record: { kind: string }) => record.kind)).toEqual([
      ...["report", "report", "report", "violation", "stopped"],
    ]);
    expect(snapshot.content.run_id).toBe(world.runId);
    expect(incident_timeline).toMatchObject([{ type: "created", incident_id: world.incidentId }]);
    expect(salts).toMatchObject({ 1: { input_salt: expect.any(String), output_salt: expect.any(String) } });
    expect(proof.entries.map(({ kind }: { kind: string }) => kind)).toEqual([
      ...["snapshot", "seal", "incident_event", "key", "bundle"],
    ]);
    expect(bundle).toMatchObject({ bundle_type: "evidence", violation_step_index: 3, total_steps: 5 });
  });

  it("without raw steps opens no commitment, and is verified all the same", async () => {
    const body = { format: "json", include_raw_steps: false };
    const file = await exported(world.member, world.incidentId, "evidence", body);
    const { salts, bundle, records } = JSON.parse(file.bytes.toString("utf8"));
    expect([salts, bundle.steps, records.length]).toEqual([{}, [], 5]);
    expect((await verdictOf(world.member, file.bytes)).body).toMatchObject({ verified: true });
  });

  it("as CSV is a line a record", async () => {
    const file = await exported(world.member, world.incidentId, "evidence", { format: "csv" });
    expect(file.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const lines = file.bytes.toString("utf8").split("\r\n");
    expect([lines.length, lines.at(-1)]).toEqual([7, ""]);
    expect(lines[0]).toMatch(/^"run_id","seq","recorded_at",/);
    expect(lines[3]).toContain('"true"');
  });
});

it("an export's row is evidence: what was changed past the application shows", async () => {
  const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
  const integrity = async () => (await send(world.auditor.headers, "/logs/audit/integrity")).body;
  expect(await integrity()).toMatchObject({ entities: { changed: 0, unaudited: 0 } });
  // Past the triggers, as only somebody with the whole database could.
  const change = (to: string) =>
    inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update export_bundles set requested_by = ${to} where bundle_id = ${String(asked.body.bundle_id)}`;
    });
  await change(`user:${world.owner.userId}`);
  expect(await integrity()).toMatchObject({ entities: { changed: 1 }, first_bad: { entity_id: asked.body.bundle_id } });
  await change(`user:${world.member.userId}`);
});

describe("a download", () => {
  it("is the same bytes every time, and its headers say their hash", async () => {
    const asked = await ask(world.member, world.incidentId, "evidence", { body: {} });
    await whenOver(world.member, asked.body.bundle_id);
    const files = [await download(world.member, asked.body.bundle_id), await download(world.key, asked.body.bundle_id)];
    const [first, second] = files.map(({ bytes }) => createHash("sha256").update(bytes).digest());
    expect(second).toEqual(first);
    const [file] = files;
    expect(file?.headers.get("repr-digest")).toBe(`sha-256=:${first?.toString("base64")}:`);
    expect(file?.headers.get("etag")).toBe(`"${first?.toString("hex")}"`);
    expect(file?.headers.get("content-disposition")).toBe(`attachment; filename="${asked.body.bundle_id}.pdf"`);
    expect(file?.headers.get("content-type")).toBe("application/pdf");
    expect(file?.headers.get("cache-control")).toBe("private, no-store, no-transform");
    expect(Number(file?.headers.get("content-length"))).toBe(file?.bytes.length);
    const { body } = await send(world.member.headers, `/exports/${asked.body.bundle_id}`);
    expect(body).toMatchObject({ entity: { file_hash: `sha256:${first?.toString("hex")}`, progress: 100 } });
  });

  it("by HEAD is the headers alone, and no taking away", async () => {
    const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
    const before = await auditsOf(asked.body.bundle_id);
    const file = await download(world.member, asked.body.bundle_id, "HEAD");
    expect([file.status, file.bytes.length]).toEqual([200, 0]);
    expect(file.headers.get("repr-digest")).toMatch(/^sha-256=:/);
    expect(await auditsOf(asked.body.bundle_id)).toEqual(before);
  });
});

describe("asking", () => {
  it("with the same Idempotency-Key gives the same bundle; with another body it is refused", async () => {
    const headers = { "idempotency-key": uuidv7() };
    const body = { format: "json" };
    const first = await ask(world.member, world.incidentId, "evidence", { body, headers });
    const second = await ask(world.member, world.incidentId, "evidence", { body, headers });
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    const other = await ask(world.member, world.incidentId, "evidence", { body: { format: "csv" }, headers });
    expect([other.status, other.body.type]).toEqual([422, expect.stringMatching(/idempotency-key-reused$/)]);
  });

  it("about an incident that is not the tenant's is 404, whoever has it", async () => {
    const other = await makeExportsWorld();
    for (const id of [uuidv7(), other.incidentId]) {
      expect((await ask(world.member, id, "evidence")).status).toBe(404);
    }
    expect((await download(other.member, "EVD-000000000000")).status).toBe(404);
  });

  it("for a period takes one that contains the incident, and only for SOC2", async () => {
    const soc2 = (body: object) => ask(world.admin, world.incidentId, "soc2", { body: { format: "json", ...body } });
    const pointers = async (asked: ReturnType<typeof ask>) => {
      const { status, body } = await asked;
      const errors: { pointer: string; code: string }[] = Object(body).errors ?? [];
      return [status, ...errors.map(({ pointer, code }) => `${pointer} ${code}`)];
    };
    const [early, later] = ["2020-01-01T00:00:00Z", "2020-04-01T00:00:00Z"];
    expect(await pointers(soc2({ compliance_period_start: early, compliance_period_end: later }))).toEqual([
      422,
      "#/compliance_period_start misses_incident",
    ]);
    expect(await pointers(soc2({ compliance_period_start: later, compliance_period_end: later }))).toEqual([
      422,
      "#/compliance_period_start empty_period",
    ]);
    const evidence = ask(world.admin, world.incidentId, "evidence", { body: { compliance_period_start: early } });
    expect((await pointers(evidence))[0]).toBe(422);
    const asked = await soc2({});
    const { compliance_period_start } = await detailOf(world.admin, asked.body.bundle_id);
    expect(compliance_period_start).toMatch(/-(?:01|04|07|10)-01T00:00:00\.000Z$/);
  });
});

describe("an incident", () => {
  it("without a run gives a bundle that says so, without records", async () => {
    const { incident_id } = await sent(world.key.headers, "/incidents", {
      body: { title: "By hand", severity: "low" },
    });
    const file = await exported(world.member, String(incident_id), "evidence", { format: "json" });
    const { records, snapshot, proof, bundle } = JSON.parse(file.bytes.toString("utf8"));
    expect([records, snapshot, proof.seal, proof.chain_root, bundle.run_id]).toEqual([[], null, null, null, null]);
    expect((await verdictOf(world.member, file.bytes)).body).toMatchObject({ verified: true });
    expect((await exported(world.member, String(incident_id), "evidence", {})).bytes.subarray(0, 5).toString()).toBe(
      "%PDF-",
    );
  });

  it("of a live run gives a bundle without a seal", async () => {
    const run_id = uuidv7();
    await sent(world.key.headers, "/runs", { body: { run_id, agent_id: "invoice-bot" } });
    const body = { title: "Looks odd", severity: "low", run_id };
    const { incident_id } = await sent(world.key.headers, "/incidents", { body });
    const file = await exported(world.member, String(incident_id), "evidence", { format: "json" });
    const { proof, bundle } = JSON.parse(file.bytes.toString("utf8"));
    expect([proof.seal, proof.first_checkpoint_covering_seal, bundle.run_status]).toEqual([null, null, "running"]);
    expect((await verdictOf(world.member, file.bytes)).body).toMatchObject({ verified: true });
  });
});

describe("the list", () => {
  it("is narrowed by what was asked for, and read on by cursor", async () => {
    const ids = async (search: string) => {
      const { body } = await send(world.auditor.headers, `/exports?${search}`);
      const page = body as {
        items: { bundle_id: string; format: string }[];
        pagination: { next_cursor: string | null };
      };
      return { ids: page.items.map(({ bundle_id }) => bundle_id), next: page.pagination.next_cursor, page };
    };
    const all = await ids("page_size=100");
    const half = await ids("page_size=2");
    const rest = await ids(`page_size=100&cursor=${half.next}`);
    expect([...half.ids, ...rest.ids]).toEqual(all.ids);
    expect((await ids("format=csv")).page.items.every(({ format }) => format === "csv")).toBe(true);
    expect((await ids(`incident_id=${uuidv7()}`)).ids).toEqual([]);
    expect((await ids("bundle_type=executive_debrief&status=failed")).ids).toEqual([]);
    expect((await ids("created_after=2999-01-01T00:00:00Z")).ids).toEqual([]);
  });
});
