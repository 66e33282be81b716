"use server";

import { action } from "@/server/endpoints";
import { exportDebrief, exportEvidence, exportSoc2, reviewExport } from "@/server/exports/contract";
import {
  acknowledgeIncident,
  commentOnIncident,
  createIncident,
  escalateIncident,
  reopenIncident,
  resolveIncident,
} from "@/server/incidents/contract";

export const acknowledge = action(acknowledgeIncident);
export const escalate = action(escalateIncident);
export const resolve = action(resolveIncident);
export const reopen = action(reopenIncident);
export const comment = action(commentOnIncident);
export const create = action(createIncident);
export const evidence = action(exportEvidence);
export const soc2 = action(exportSoc2);
export const debrief = action(exportDebrief);
export const review = action(reviewExport);
