import { createKey, revokeKey, rotateKey } from "@/server/connectivity/commands";
import { createApiKey, getApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "@/server/connectivity/contract";
import { getKey, listKeys } from "@/server/connectivity/queries";
import { handle } from "@/server/platform/http/handle";

export const connectivityHandlers = [
  handle(listApiKeys, (cx, { query }) => listKeys(cx, query)),
  handle(createApiKey, (cx, { body }) => createKey(cx, body)),
  handle(getApiKey, (cx, { params }) => getKey(cx, params.key_id)),
  handle(rotateApiKey, (cx, { params, body }) => rotateKey(cx, params.key_id, body)),
  handle(revokeApiKey, (cx, { params, body }) => revokeKey(cx, params.key_id, body)),
];
