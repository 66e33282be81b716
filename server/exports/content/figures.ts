// The one way a number gets into a bundle: with its unit, who vouches for it, and why it is missing where it is.

import type { FigureAssurance, KeyFigure } from "@/server/exports/content/bundle-types";

type Unit = KeyFigure["unit"];

/** What our own clock and counting say. */
export function counted(id: string, label: string, value: number, unit: Unit = "count", formula?: string): KeyFigure {
  return figure({ id, label, value, unit, assurance: "server", formula: formula ?? null });
}

/** What a runner or a price table says. */
export function claimed(id: string, label: string, value: number, unit: Unit, assurance: FigureAssurance): KeyFigure {
  return figure({ id, label, value, unit, assurance, formula: null });
}

/** A value that cannot be told, with the reason a reader is given instead. */
export function unknownFigure(id: string, label: string, unit: Unit, reason: string): KeyFigure {
  const nothing = { value: null, assurance: "server", formula: null } as const;
  return { ...figure({ id, label, unit, ...nothing }), unknown_because: reason };
}

/** `value` where there is one, else unknown for `reason`. */
export function countedOr(
  of: { id: string; label: string; unit: Unit; formula?: string },
  value: number | null,
  reason: string,
): KeyFigure {
  const { id, label, unit, formula } = of;
  return value === null ? unknownFigure(id, label, unit, reason) : counted(id, label, value, unit, formula);
}

function figure(of: Omit<KeyFigure, "is_estimate" | "unknown_because">): KeyFigure {
  return { ...of, is_estimate: false, unknown_because: null };
}
