// The status of a page's answer. The framework that draws pages has none for "not now" and none for a frame that says
// what is wrong; what a page notes here while it is drawn is put on its answer when the head of it is sent.

import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import { once } from "@/server/platform/env/once";

type PageAnswer = { status: number | null };

const RETRY_AFTER_S = "3";

function current(): AsyncLocalStorage<PageAnswer> {
  return once("page-answer", () => new AsyncLocalStorage<PageAnswer>());
}

/** Does `work`, which answers by `response`, so that `answerPageWith` below it sets the status of that answer. */
export function drawingPage<T>(response: ServerResponse, work: () => T): T {
  const answer: PageAnswer = { status: null };
  const writeHead = response.writeHead;
  Object.assign(response, {
    writeHead(status: number, ...rest: unknown[]) {
      if (answer.status === 503) response.setHeader("Retry-After", RETRY_AFTER_S);
      return Reflect.apply(writeHead, response, [answer.status ?? status, ...rest]);
    },
  });
  return current().run(answer, work);
}

/** The page that is being drawn is no answer to what was asked, but says what is wrong. */
export function answerPageWith(status: 500 | 503): void {
  const answer = current().getStore();
  if (answer !== undefined) answer.status = status;
}
