// `npm start`: installs what is missing, builds what changed, and runs the server in this very process, so that a signal
// or a kill meets the server itself. Migrations are read from db/ below the project's root.

import { pathToFileURL } from "node:url";
import { ensureBuild, serverBundle } from "./build.mjs";
import { ensureDependencies, root } from "./dependencies.mjs";

process.chdir(root);
ensureDependencies();
await ensureBuild();
process.env.NODE_ENV = "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";
process.setSourceMapsEnabled(true);
await import(pathToFileURL(serverBundle).href);
