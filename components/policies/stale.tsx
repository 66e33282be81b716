"use client";

import type { ReactNode } from "react";
import type { Failure } from "@/components/data/action-form";
import { onDemand } from "@/components/ui/on-demand";
import { StaleVersion } from "@/server/platform/http/problem";
import type { Limit, Policy } from "@/server/policies/wire";

// Loaded when somebody was faster.
const StaleRule = onDemand(async () => (await import("./stale-notices")).StaleRule);
const StaleLimit = onDemand(async () => (await import("./stale-notices")).StaleLimit);

/** For `refused` of a form that edits a rule. */
export function staleRule(base: Policy): (problem: Failure) => ReactNode {
  return (problem) => (isStale(problem) ? <StaleRule base={base} /> : null);
}

/** For `refused` of the form that edits a limit. */
export function staleLimit(base: Limit): (problem: Failure) => ReactNode {
  return (problem) => (isStale(problem) ? <StaleLimit base={base} /> : null);
}

function isStale({ type }: Failure): boolean {
  return type.endsWith(`/${StaleVersion.slug}`);
}
