import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { dropDatabase, makeTemplate, type Template } from "@/server/platform/db/testing/template";
import { startTestServer } from "@/server/platform/db/testing/test-server";

declare module "vitest" {
  interface ProvidedContext {
    template: Template;
  }
}

/** TEST_DATABASE_URL names a superuser of a server to use; without it the tests start one of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? null : await startTestServer();
  const template = await makeTemplate(server?.superuserUrl ?? given ?? "").catch(async (error: unknown) => {
    await server?.stop();
    throw error;
  });
  project.provide("template", template);
  return async () => {
    const checkpoints = project.config.env.CHECKPOINT_FILE;
    if (typeof checkpoints === "string") rmSync(checkpoints, { force: true });
    await (server === null ? dropDatabase(template, template.name) : server.stop());
  };
}
