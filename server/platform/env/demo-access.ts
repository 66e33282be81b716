import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { env } from "@/server/platform/env/env";
import { secretFile } from "@/server/platform/env/secrets";

const DemoAccess = z.object({ email: z.string(), password: z.string(), key: z.string() });
export type DemoAccess = z.output<typeof DemoAccess>;

const FILE = "demo-access";

/**
 * How to get into the demo tenant: its owner's sign-in and a whole API key. Chosen at random before the tenant is made
 * and kept in a secret file, so that a first start that was killed halfway does not lose them.
 */
export function demoAccess(): DemoAccess {
  const make = () =>
    JSON.stringify({
      email: "demo@holdpoint.local",
      password: randomBytes(12).toString("base64url"),
      key: `hp_live_${randomBytes(32).toString("base64url")}`,
    });
  return DemoAccess.parse(JSON.parse(secretFile(FILE, make)));
}

/** The same when a demo tenant was made on this data, else null. */
export function knownDemoAccess(): DemoAccess | null {
  return existsSync(join(resolve(env.HOLDPOINT_DATA_DIR), "secrets", FILE)) ? demoAccess() : null;
}
