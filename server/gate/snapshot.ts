// The frozen snapshot of a run: its context, the policy set by hash, the windows in force, the settings, and when.

import { once } from "@/server/platform/env/once";
import { isMoneyMetric } from "@/server/policies/amounts";
import type { EffectiveLimit, FrozenRule } from "@/server/policies/policy-set";
import { GateSettings } from "@/server/policies/settings";
import { ByteCache } from "./byte-cache";
import type { SnapshotSummary } from "./wire";

/** Canonical: strings, integers, booleans, arrays, objects; an absent value is an absent key. */
export type SnapshotContent = {
  v: 1;
  tenant_id: string;
  snapshot_id: string;
  run_id: string;
  policy_set_hash: string;
  policy_count: number;
  strategy: string;
  ambiguous: boolean;
  created_at: string;
  engine: string;
  context: {
    agent_id: string;
    agent_verified: boolean;
    api_key_id?: string;
    actor_type?: string;
    actor_id?: string;
    goal?: string;
    parent_run_id?: string;
    project?: string;
    provider?: string;
    model?: string;
    source?: string;
    tags: Record<string, string>;
    synthetic: boolean;
    started_by?: string;
  };
  windows: {
    limit_id: string;
    name: string;
    limit_category: string;
    limit_type: string;
    max_value: string;
    enforcement: string;
    version: number;
  }[];
  /** The tenant's gate settings as JSON text: they hold decimals, which canonical JSON does not. */
  settings: string;
  settings_version: number;
  prices_version: number;
};

type Frame = { settings: GateSettings } & Pick<SnapshotSummary, "windows" | "defaults">;

const MOST_FRAME_BYTES = 4_000_000;

/** What snapshots share that is not in their policy set: settings and windows. The same text is parsed once. */
export function frameOf({ settings: text, windows }: SnapshotContent, limitsCost: boolean): Frame {
  const frames = once("gate-frames", () => new ByteCache<Frame>(MOST_FRAME_BYTES));
  const key = JSON.stringify([limitsCost, text, windows]);
  const known = frames.get(key);
  if (known !== undefined) return known;
  const settings = GateSettings.parse(JSON.parse(text));
  const isCostLimited = limitsCost || windows.some((window) => window.limit_type === "COST_CENTS");
  const { step_estimate, step_timeout_ms, run_timeout_ms, pause_timeout_ms } = settings;
  const unpriced = settings.unpriced ?? (isCostLimited ? "block" : "flag");
  const frame = {
    settings,
    windows: windows.map(windowSummary),
    defaults: { step_estimate, step_timeout_ms, run_timeout_ms, pause_timeout_ms, unpriced },
  };
  frames.set(key, frame, 4 * key.length);
  return frame;
}

/** A snapshot's summary without what it shares with every snapshot of its policy set. */
export type OwnSummary = Omit<SnapshotSummary, "policies" | "limits">;

export function ownSummary(
  content: SnapshotContent,
  { contentHash, limitsCost }: { contentHash: string; limitsCost: boolean },
): OwnSummary {
  const { windows, defaults } = frameOf(content, limitsCost);
  return {
    snapshot_id: content.snapshot_id,
    content_hash: contentHash,
    policy_count: content.policy_count,
    windows,
    defaults,
    strategy: content.strategy,
    ambiguous: content.ambiguous,
  };
}

export function summaryOf(own: OwnSummary, of: Pick<SnapshotSummary, "policies" | "limits">): SnapshotSummary {
  const { snapshot_id, content_hash, policy_count, ...rest } = own;
  return { snapshot_id, content_hash, policy_count, policies: of.policies, limits: of.limits, ...rest };
}

function windowSummary(window: SnapshotContent["windows"][number]): SnapshotSummary["windows"][number] {
  return {
    limit_id: window.limit_id,
    name: window.name,
    limit_type: window.limit_type,
    max_value: Number(window.max_value),
    enforcement: window.enforcement as SnapshotSummary["windows"][number]["enforcement"],
    version: window.version,
  };
}

export function ruleSummary(rule: FrozenRule): SnapshotSummary["policies"][number] {
  return {
    policy_id: rule.policy_id,
    name: rule.name,
    version: rule.version,
    rule_type: rule.rule_type,
    precedence: rule.precedence,
    bound_by: rule.bound_by,
    rollout: rule.rollout,
  };
}

export function limitSummary(limit: EffectiveLimit): SnapshotSummary["limits"][number] {
  return {
    metric: limit.metric,
    enforcement: limit.enforcement,
    limit: Number(limit.limit),
    near: nearOf(limit),
    bind_at: limit.bind_at,
    source: limit.source,
    policy_id: limit.policy_id ?? null,
    limit_id: limit.limit_id ?? null,
    lost: limit.lost.map((one) => ({
      policy_id: one.policy_id ?? null,
      limit_id: one.limit_id ?? null,
      limit: Number(one.limit),
      why: one.why,
    })),
  };
}

// Where NEAR begins: counts are whole, money has up to four decimals.
function nearOf(limit: EffectiveLimit): number {
  const exact = (Number(limit.limit) * limit.near_percentage) / 100;
  return isMoneyMetric(limit.metric) ? Math.ceil(exact * 10_000 - 1e-6) / 10_000 : Math.ceil(exact - 1e-9);
}
