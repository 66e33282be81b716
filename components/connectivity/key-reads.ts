import { getApiKey, listApiKeys } from "@/server/connectivity/contract";
import { listFreezes } from "@/server/gate/freeze-contract";
import { listAuditLog } from "@/server/logs/contract";
import { getHighlights, getSummary } from "@/server/overview/contract";

/** What any change of a key makes stale. */
export const keyReads = [listApiKeys, getApiKey, listFreezes, listAuditLog, getSummary, getHighlights] as const;
