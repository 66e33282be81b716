"use client";

import { useEffect, useRef, useState } from "react";
import { checkAuditIntegrity, listAuditLog } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { halves, nothingWalked, type Part, queryOf, type Walked, withPart } from "./integrity-walk";
import type { Bounds } from "./search-params";

export type Check =
  | { phase: "idle" }
  /** `share`: how much of the time is behind it, 0 to 1. */
  | { phase: "running"; part: Part | null; share: number; walked: Walked }
  | { phase: "done"; part: Part; walked: Walked }
  | { phase: "failed"; error: Error };

/** Walks the audit log of a range, part by part, when it is started; leaving the page ends it. */
export function useIntegrityCheck(): { check: Check; start: (bounds: Bounds) => void } {
  const [check, setCheck] = useState<Check>({ phase: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      running.current?.abort();
      setCheck((now) => (now.phase === "running" ? { phase: "idle" } : now));
    },
    [],
  );

  function start(bounds: Bounds): void {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setCheck({ phase: "running", part: null, share: 0, walked: nothingWalked });
    walk(bounds, controller.signal, (next) => controller.signal.aborted || setCheck(next)).catch((error: unknown) => {
      if (!controller.signal.aborted) setCheck({ phase: "failed", error: asError(error) });
    });
  }

  return { check, start };
}

async function walk(bounds: Bounds, signal: AbortSignal, tell: (check: Check) => void): Promise<void> {
  const whole = await wholePart(bounds, signal);
  const open: Part[] = [whole];
  let walked = nothingWalked;
  for (let part = open.pop(); part; part = open.pop()) {
    tell({ phase: "running", part: whole, share: shareOf(whole, part.from), walked });
    const answer = await api.call(checkAuditIntegrity, { query: queryOf(part) }, { signal });
    const smaller = answer.complete ? null : halves(part);
    if (smaller) open.push(smaller[1], smaller[0]);
    else walked = withPart(walked, answer);
  }
  tell({ phase: "done", part: whole, walked });
}

async function wholePart({ since, until }: Bounds, signal: AbortSignal): Promise<Part> {
  const to = until === null ? Date.now() + clockSlackMs : Date.parse(until);
  if (since !== null) return { from: Date.parse(since), to };
  const oldest = await api.call(listAuditLog, { query: { sort: "recorded_at", page_size: 1 } }, { signal });
  const [first] = oldest.items;
  return { from: first ? Date.parse(first.recorded_at) : to - 1, to };
}

/** The browser's clock may be behind the database's. */
const clockSlackMs = 3_600_000;

function shareOf(whole: Part, at: number): number {
  return whole.to > whole.from ? (at - whole.from) / (whole.to - whole.from) : 0;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
