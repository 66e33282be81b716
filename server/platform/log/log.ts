// One logger. Whatever carries a secret is cut out by name here, so that a careless `log.info({ headers })` is harmless.

import { pino } from "pino";
import { env } from "@/server/platform/env/env";

const secretNames = [
  "password",
  "secret",
  "token",
  "authorization",
  "cookie",
  "apiKey",
  "api_key",
  "key",
  "url",
  "migrationUrl",
  "DATABASE_URL",
  "DATABASE_MIGRATION_URL",
  "DATABASE_DIRECT_URL",
  "AUTH_SECRET",
  "HOLDPOINT_MAC_KEY",
  "HOLDPOINT_SIGNING_KEY",
  "HOLDPOINT_SIGNING_KEY_NEXT",
  "METRICS_TOKEN",
];

export const log = pino({
  level: env.LOG_LEVEL,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: {
    paths: [...secretNames, "set-cookie"].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
    censor: "[hidden]",
  },
});
