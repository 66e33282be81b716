// The program of the thread that draws: a model in, a document's bytes out.

import { parentPort, workerData } from "node:worker_threads";
import { drawDocument } from "@/server/exports/pdf/draw-document";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";
import { standBehind } from "@/server/platform/workers/behind-the-gate";

standBehind();
const model: PdfModel = workerData;
const bytes = await drawDocument(model);
parentPort?.postMessage(bytes);
