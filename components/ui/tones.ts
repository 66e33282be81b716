import {
  Ban,
  Bug,
  ChevronsDown,
  Circle,
  CircleCheck,
  CircleDot,
  Diamond,
  Hourglass,
  Info,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from "lucide-react";
import type { Tone } from "@/components/ui/mark";

export const toneIcons: Readonly<Record<Tone, LucideIcon>> = {
  critical: OctagonAlert,
  high: TriangleAlert,
  medium: Diamond,
  low: ChevronsDown,
  info: Info,
  deny: Ban,
  review: Hourglass,
  allow: CircleCheck,
  error: Bug,
  neutral: Circle,
  accent: CircleDot,
};

export const toneText: Readonly<Record<Tone, string>> = {
  critical: "text-tone-critical",
  high: "text-tone-high",
  medium: "text-tone-medium",
  low: "text-tone-low",
  info: "text-tone-info",
  deny: "text-tone-deny",
  review: "text-tone-review",
  allow: "text-tone-allow",
  error: "text-tone-error",
  neutral: "text-tone-neutral",
  accent: "text-tone-accent",
};

export const toneSoft: Readonly<Record<Tone, string>> = {
  critical: "bg-tone-critical-soft",
  high: "bg-tone-high-soft",
  medium: "bg-tone-medium-soft",
  low: "bg-tone-low-soft",
  info: "bg-tone-info-soft",
  deny: "bg-tone-deny-soft",
  review: "bg-tone-review-soft",
  allow: "bg-tone-allow-soft",
  error: "bg-tone-error-soft",
  neutral: "bg-tone-neutral-soft",
  accent: "bg-tone-accent-soft",
};

/** For bars, dots and gauges. */
export const toneFill: Readonly<Record<Tone, string>> = {
  critical: "bg-tone-critical",
  high: "bg-tone-high",
  medium: "bg-tone-medium",
  low: "bg-tone-low",
  info: "bg-tone-info",
  deny: "bg-tone-deny",
  review: "bg-tone-review",
  allow: "bg-tone-allow",
  error: "bg-tone-error",
  neutral: "bg-tone-neutral",
  accent: "bg-tone-accent",
};
