import { handle, reply, replyBytes } from "@/server/platform/http/handle";
import { getCheckpoint, getConsistency, getKeys, listEntries } from "./contract";
import { consistencyBetween, entriesBetween, newestNote, publishedKeys } from "./queries";

/** Of no tenant, and changing once in years. */
const cacheable = { headers: { "Cache-Control": "public, max-age=300" } };

export const transparencyHandlers = [
  handle(getCheckpoint, async (cx) => replyBytes(Buffer.from(await newestNote(cx.db)))),
  handle(getConsistency, (cx, { query }) => consistencyBetween(cx.db, query)),
  handle(listEntries, (cx, { query }) => entriesBetween(cx.db, query)),
  handle(getKeys, async () => reply(await publishedKeys(), cacheable)),
];
