import { setMaxListeners } from "node:events";
import { once } from "@/server/platform/env/once";

/** Aborts when this process begins to stop: streams that would otherwise never end listen to its signal. */
export function shutdown(): AbortController {
  return once("shutdown", () => {
    const controller = new AbortController();
    // Each open stream listens.
    setMaxListeners(0, controller.signal);
    return controller;
  });
}
