// The process's settings, read once. Everything else asks `env`; a setting that does not parse ends the boot with the
// whole list of what is wrong, never with the first finding only and never with a value (it may be a secret).

import { z } from "zod";
import { readSigningKey, SEED_FORMS } from "@/server/platform/env/signing-seed";

const proxyCount = z
  .string()
  .regex(/^(true|false|\d|1[0-6])$/, "must be true, false or a count up to 16")
  .transform((text) => (text === "true" ? 1 : text === "false" ? 0 : Number(text)));

const postgresUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), "must be a postgres:// address");

const key = z.string().min(32, "must have at least 32 characters");

const signingKey = z.string().refine((text) => readSigningKey(text) !== null, `must be ${SEED_FORMS}`);

const Env = z
  .object({
    NODE_ENV: z.string().default("development"),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().default("127.0.0.1"),
    /** Where browsers and runners reach this server, when that differs from the address it listens on. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** How many proxies in front of this server may be believed about the client's address ("true" = 1). */
    TRUST_PROXY: proxyCount.default(0),
    WORKERS: z.coerce.number().int().min(1).max(64).default(1),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_MIGRATION_URL: postgresUrl.optional(),
    DATABASE_DIRECT_URL: postgresUrl.optional(),
    HOLDPOINT_DATA_DIR: z.string().default(".data"),
    AUTH_SECRET: key.optional(),
    HOLDPOINT_MAC_KEY: key.optional(),
    HOLDPOINT_SIGNING_KEY: signingKey.optional(),
    /** The key that `npm run admin -- rotate-signing-key` changes to, where the key comes from the environment. */
    HOLDPOINT_SIGNING_KEY_NEXT: signingKey.optional(),
    /** Where the newest checkpoint of each tenant is also kept, out of the database's reach; default: in the data folder. */
    CHECKPOINT_FILE: z.string().optional(),
    BOOTSTRAP_ADMIN_EMAIL: z.email().optional(),
    BOOTSTRAP_ADMIN_PASSWORD: z.string().min(8, "must have at least 8 characters").optional(),
    BOOTSTRAP_API_KEY: z.string().startsWith("hp_live_").optional(),
    METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  })
  .refine((e) => (e.BOOTSTRAP_ADMIN_EMAIL === undefined) === (e.BOOTSTRAP_ADMIN_PASSWORD === undefined), {
    path: ["BOOTSTRAP_ADMIN_EMAIL"],
    message: "needs BOOTSTRAP_ADMIN_PASSWORD beside it, and the other way round",
  })
  .refine((e) => e.DATABASE_URL !== undefined || e.DATABASE_MIGRATION_URL === undefined, {
    path: ["DATABASE_MIGRATION_URL"],
    message: "needs DATABASE_URL beside it",
  });
export type Env = z.output<typeof Env>;

/** Reads settings from `source`. An empty variable counts as absent. Throws one Error that lists every fault. */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = Env.safeParse(present);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not usable:\n${faults.join("\n")}`);
}

const current = parseEnv(process.env);

export const env: Readonly<Env> = current;

/**
 * Points this process, and every process it starts, at a database that was found or started after boot. Next keeps its
 * own copy of this module and reads process.env when it loads, so both places are set.
 */
export function provideDatabase(urls: { url: string; migrationUrl: string }): void {
  current.DATABASE_URL = urls.url;
  current.DATABASE_MIGRATION_URL = urls.migrationUrl;
  process.env.DATABASE_URL = urls.url;
  process.env.DATABASE_MIGRATION_URL = urls.migrationUrl;
}
