// `npm run dev`: the same server with Next in development mode, where pages and routes reload when they change.

import { pathToFileURL } from "node:url";
import { bundleServer, serverBundle } from "./build.mjs";
import { ensureDependencies, root } from "./dependencies.mjs";

process.chdir(root);
ensureDependencies();
await bundleServer();
process.env.NODE_ENV = "development";
process.env.NEXT_TELEMETRY_DISABLED = "1";
process.setSourceMapsEnabled(true);
await import(pathToFileURL(serverBundle).href);
