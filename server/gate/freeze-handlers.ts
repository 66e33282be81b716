import { handle, replyBytes } from "@/server/platform/http/handle";
import { liftFreeze, listFreezes, setFreeze } from "./freeze-contract";
import { freeze, lift, listFreezePage } from "./freezes";
import { keyed } from "./keyed";
import type { Freeze } from "./wire";

export const freezeHandlers = [
  handle(listFreezes, (cx, { query }) => listFreezePage(cx.db, query)),
  handle(setFreeze, (cx, { body }) =>
    keyed({ cx, endpoint: setFreeze.id, asked: body }, () => kept(201, freeze(cx, body))),
  ),
  handle(liftFreeze, (cx, { params, body }) =>
    keyed({ cx, endpoint: liftFreeze.id, asked: [params, body] }, () =>
      kept(200, lift(cx, params.freeze_id, body.reason)),
    ),
  ),
];

async function kept(status: number, done: Promise<Freeze>) {
  return { reply: replyBytes(Buffer.from(JSON.stringify(await done), "utf8"), { status }), isKept: true };
}
