// What of one tenant gets into a file of another: nothing. What a client's words do in a file: nothing but stand there.

import { beforeAll, describe, expect, it } from "vitest";
import { embeddedFile } from "@/server/evidence/embedded-file";
import { original } from "@/server/exports/record-csv";
import { ask, download, type ExportsWorld, makeExportsWorld, whenOver } from "@/server/exports/testing/exports-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { send } from "@/server/testing/callers";

const kinds = [
  ["evidence", "json"],
  ["evidence", "csv"],
  ["evidence", "pdf"],
  ["soc2", "json"],
  ["soc2", "pdf"],
  ["executive-debrief", "json"],
  ["executive-debrief", "pdf"],
] as const;

type Made = { kind: string; format: string; bundleId: string; headers: string; utf8: string; text: string };

/** Every file of a tenant, with what surrounds it; a document by the bundle it carries and by its own bytes. */
async function filesOf(world: ExportsWorld, words: string): Promise<Made[]> {
  const made: Made[] = [];
  for (const [kind, format] of kinds) {
    const said = { export_reason: words, prepared_for: words, preparer_notes: words };
    const asked = await ask(world.admin, world.incidentId, kind, { body: { format, ...said } });
    if (asked.status > 202) throw new Error(`${kind} ${format}: ${JSON.stringify(asked.body)}`);
    await whenOver(world.admin, asked.body.bundle_id);
    const bundleId = String(asked.body.bundle_id);
    const file = await download(world.admin, bundleId);
    const inside = format === "pdf" ? embeddedFile(file.bytes).toString("utf8") : "";
    const headers = [...file.headers].filter(([name]) => name !== "x-request-id").join("\n");
    const utf8 = file.bytes.toString("utf8");
    made.push({ kind, format, bundleId, headers, utf8, text: file.bytes.toString("latin1") + utf8 + inside });
  }
  return made;
}

async function uuidsOf(tenantId: string): Promise<string[]> {
  const rows = await inspect()`
    select run_id::text as id from runs where tenant_id = ${tenantId}
    union select id::text from incidents where tenant_id = ${tenantId}
    union select id::text from policy_rules where tenant_id = ${tenantId}
    union select user_id::text from memberships where tenant_id = ${tenantId}
    union select id::text from audit_logs where tenant_id = ${tenantId}`;
  return [tenantId, ...rows.map(({ id }) => id)];
}

describe("D5: two tenants", () => {
  it("no byte of a file, its name or its headers is the other's", async () => {
    const [ours, theirs] = [
      await makeExportsWorld({ words: "canaryours" }),
      await makeExportsWorld({ words: "canarytheirs" }),
    ];
    const [own, foreign] = [await filesOf(ours, "canaryours"), await filesOf(theirs, "canarytheirs")];
    const marks = ["canarytheirs", ...(await uuidsOf(theirs.tenantId)), ...foreign.map(({ bundleId }) => bundleId)];
    for (const { kind, format, text, headers } of own) {
      const leaked = marks.filter((mark) => text.includes(mark) || headers.includes(mark));
      expect(leaked, `${kind} as ${format}`).toEqual([]);
      // The search itself finds what is there.
      expect(text.includes("canaryours"), `${kind} as ${format}`).toBe(true);
      expect(headers).not.toContain("canaryours");
    }
    for (const { bundleId } of foreign) {
      for (const path of [`/exports/${bundleId}`, `/exports/${bundleId}/download`]) {
        expect((await send(ours.owner.headers, path)).status).toBe(404);
      }
      const review = await send(ours.auditor.headers, `/exports/${bundleId}/review`, { body: { verdict: "approved" } });
      expect(review.status).toBe(404);
    }
    const { text } = await send(ours.owner.headers, "/exports?page_size=100");
    expect(marks.filter((mark) => text.includes(mark))).toEqual([]);
  }, 180_000);
});

describe("E6: words that would do something elsewhere", () => {
  const words = `=HYPERLINK("http://x","y")<script>alert(1)</script>;=cmd|' /C calc'!A0 %0d%0aX-Evil: 1 \u2028`;
  let files: Made[];

  beforeAll(async () => {
    files = await filesOf(await makeExportsWorld({ words }), words);
  }, 180_000);

  it("stand in JSON as they were sent", () => {
    for (const { kind, format, utf8 } of files.filter((file) => file.format === "json")) {
      const { bundle } = JSON.parse(utf8);
      expect([kind, format, bundle.production.export_reason]).toEqual([kind, format, words]);
    }
  });

  it("start no formula in CSV, and can be had back", async () => {
    const csv = files.find(({ format }) => format === "csv")?.utf8 ?? "";
    const cells = [...csv.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => (match[1] ?? "").replaceAll('""', '"'));
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
    expect(cells.filter((cell) => original(cell) === words).length).toBeGreaterThan(0);
  });

  it("are in no header and no file name", () => {
    for (const { headers, bundleId, format } of files) {
      expect(headers).toContain(`content-disposition,attachment; filename="${bundleId}.${format}"`);
      expect(headers).not.toMatch(/x-evil|script|HYPERLINK/i);
    }
  });
});
