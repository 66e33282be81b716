import { execFile } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { newBrowser } from "@/server/account/testing/browser";
import { keyScopes } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { closePools } from "@/server/platform/db/client";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { asIntruder, putDeeds } from "@/server/transparency/testing/log-world";

afterAll(() => closePools());

/** As `npm run admin -- …` runs it, on this file's database. */
function admin(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/run-ts.mjs", "scripts/admin.ts", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const good = ["create-tenant", "--name", "Acme", "--email", "Boss@Acme.example", "--password", "operators-pass"];

describe("npm run admin", () => {
  it("makes a tenant and prints one JSON line with a key that works", async () => {
    const { code, stdout, stderr } = await admin(...good);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toHaveLength(2);
    const made: Record<string, string> = JSON.parse(stdout);
    expect(Object.keys(made).sort()).toEqual(["api_key", "tenant_id", "user_id"]);
    const headers = { authorization: `Bearer ${made.api_key}` };
    const principal = await resolvePrincipal(new Request("http://localhost:3000/", { headers }));
    expect(principal).toMatchObject({ kind: "key", tenantId: made.tenant_id, agentIds: null });
    expect([...(principal?.permissions ?? [])].sort()).toEqual([...keyScopes].sort());
    const signIn = await newBrowser().auth("/sign-in/email", {
      email: "boss@acme.example",
      password: "operators-pass",
    });
    expect(signIn.value).toMatchObject({ role: "owner", tenant_id: made.tenant_id, user: { user_id: made.user_id } });
    const taken = await admin(...good);
    expect(taken).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("account with this email") });
    expect(await inspect()`select from tenants where name = 'Acme'`).toHaveLength(1);
  });

  it.each([
    ["no command", [], "a command is missing"],
    ["an unknown command", ["make-coffee"], "no command make-coffee"],
    ["a missing option", ["create-tenant", "--name", "N", "--email", "e@example.com"], "--password is missing"],
    ["an unknown option", [...good, "--plan", "free"], "--plan"],
    ["a bad email", ["create-tenant", "--name", "N", "--email", "e", "--password", "12345678"], "--email"],
    [
      "a short password",
      ["create-tenant", "--name", "N", "--email", "e@example.com", "--password", "123"],
      "--password",
    ],
    ["no tenant to acknowledge for", ["acknowledge-log-break"], "takes one tenant's id"],
    ["a tenant that is no id", ["acknowledge-log-break", "acme"], "takes one tenant's id"],
    ["an option where there is none", ["rotate-signing-key", "--name", "N"], "takes no options"],
    ["an option of another command", ["list-tenants", "--name", "N"], "list-tenants takes no options"],
  ])("refuses %s with exit code 2 and says how it is used", async (_, args, message) => {
    const { code, stdout, stderr } = await admin(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: npm run admin");
  });

  it("resets a password and lists tenants", async () => {
    const reset = await admin("reset-password", "--email", "boss@acme.example", "--password", "another-pass");
    expect([reset.code, Object.keys(JSON.parse(reset.stdout))]).toEqual([0, ["user_id"]]);
    const signIn = await newBrowser().auth("/sign-in/email", { email: "boss@acme.example", password: "another-pass" });
    expect(signIn.status).toBe(200);
    const unknown = await admin("reset-password", "--email", "nobody@acme.example", "--password", "another-pass");
    expect(unknown).toMatchObject({ code: 1, stdout: "", stderr: "There is no account with this email.\n" });
    const list = await admin("list-tenants");
    expect(JSON.parse(list.stdout).tenants).toMatchObject([{ name: "Acme", plan: "self_hosted", status: "active" }]);
  });

  it("lets a halted log go on", async () => {
    const { tenantId } = await mintTenant();
    await putDeeds(tenantId, 2);
    const refused = await admin("acknowledge-log-break", tenantId);
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: "This tenant's log is not halted.\n" });
    await asIntruder("update leaf_sources set mac = sha256('x') where tenant_id = $1", [tenantId]);
    await putDeeds(tenantId, 3);
    await asIntruder("update leaf_sources set mac = sha256('x') where tenant_id = $1", [tenantId]);
    const done = await admin("acknowledge-log-break", tenantId);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(JSON.parse(done.stdout)).toMatchObject({ tenant_id: tenantId, kept: 0, dropped: 3 });
  });
});
