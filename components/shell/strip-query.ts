import type { SummaryTopic } from "@/server/overview/contract";

interface StripInput {
  topic: SummaryTopic;
  /** Bounds of topics that speak of a period. */
  since?: string | null | undefined;
  until?: string | null | undefined;
}

/** What a page must read for its strip: the same as the strip reads. Apart from it, because pages run on the server. */
export function stripQuery({ topic, since, until }: StripInput) {
  return { query: { topic: [topic], ...(since ? { from: since } : {}), ...(until ? { to: until } : {}) } };
}
