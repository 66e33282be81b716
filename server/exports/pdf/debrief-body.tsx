// The executive debrief: what happened, what it meant, what to do, in two or three pages.

import { View } from "@react-pdf/renderer";
import type { ExecutiveDebriefBundle, RecommendedAction } from "@/server/exports/content/debrief-bundle-types";
import { actorName, brief, decimal, instant, moment, money, none, words } from "@/server/exports/pdf/figures";
import { Badge, Bullets, Callout, Facts, Heading, Note, Prose } from "@/server/exports/pdf/parts/blocks";
import {
  integritySection,
  Listed,
  limitsSection,
  productionSection,
  Sections,
  type Setting,
} from "@/server/exports/pdf/parts/common-sections";
import { BadgeRow, Cover } from "@/server/exports/pdf/parts/cover";
import { FigureCards, headlines, OtherFigures } from "@/server/exports/pdf/parts/key-figures";
import { SignOffBlock } from "@/server/exports/pdf/parts/sign-off";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, type Tone, toneColour } from "@/server/exports/pdf/theme";

const riskTone: Record<ExecutiveDebriefBundle["risk_level"], Tone> = {
  low: "good",
  medium: "warn",
  high: "bad",
  critical: "bad",
};

export function DebriefBody({ bundle, setting }: { bundle: ExecutiveDebriefBundle; setting: Setting }) {
  return (
    <>
      <DebriefCover bundle={bundle} />
      <Sections
        sections={[
          { title: "What happened", content: <WhatHappened bundle={bundle} /> },
          { title: "Recommended actions", content: <Actions actions={bundle.recommended_actions} /> },
          { title: "Key metrics", content: <Metrics bundle={bundle} /> },
          { title: "Incident timeline", content: <Listed id="timeline" setting={setting} /> },
          integritySection(bundle, setting),
          productionSection(bundle.production, setting),
          limitsSection(bundle),
          {
            title: "Sign-off",
            content: <SignOffBlock roles={["Prepared by", "Received by"]} statement={bundle.statement} />,
          },
        ]}
      />
    </>
  );
}

function DebriefCover({ bundle }: { bundle: ExecutiveDebriefBundle }) {
  const tone = riskTone[bundle.risk_level];
  return (
    <Cover kind="Executive debrief" title={bundle.incident.title} subtitle={bundle.tenant_name ?? bundle.tenant_id}>
      <View style={{ flexDirection: "row", marginBottom: 10 }}>
        <View style={{ width: 118, backgroundColor: toneColour[tone].ink, padding: 10, justifyContent: "center" }}>
          <Words points={7.5} ink={colour.white}>
            Risk level
          </Words>
          <Words bold points={19} ink={colour.white} style={{ lineHeight: 1.2 }}>
            {bundle.risk_level.toUpperCase()}
          </Words>
        </View>
        <View style={{ flex: 1, backgroundColor: toneColour[tone].wash, padding: 10, justifyContent: "center" }}>
          <Words>{bundle.risk_reason}</Words>
        </View>
      </View>
      <BadgeRow>
        <Badge tone="plain">{bundle.classification}</Badge>
        <Badge
          tone={bundle.remediation_status === "completed" ? "good" : "warn"}
        >{`Remediation ${words(bundle.remediation_status)}`}</Badge>
        {bundle.incident.is_synthetic ? <Badge tone="warn">Synthetic data</Badge> : null}
      </BadgeRow>
      <Facts
        columns={2}
        facts={[
          { name: "Prepared for", value: brief(bundle.prepared_for, "nobody named") },
          { name: "Bundle", value: bundle.bundle_id },
          { name: "Prepared by", value: actorName(bundle.prepared_by) },
          { name: "Generated", value: moment(bundle.created_at) },
        ]}
      />
    </Cover>
  );
}

function WhatHappened({ bundle }: { bundle: ExecutiveDebriefBundle }) {
  const { violation } = bundle.incident;
  return (
    <>
      <Words points={11} style={{ lineHeight: 1.45, marginBottom: 8 }}>
        {bundle.incident_summary}
      </Words>
      <Heading>Business impact</Heading>
      <Bullets items={bundle.business_impact} />
      <Heading>Key facts</Heading>
      <Facts
        facts={[
          { name: "Incident", value: `${bundle.incident_id} (${bundle.incident.severity}, ${bundle.incident.status})` },
          { name: "Run · agent", value: `${bundle.run_id ?? none} · ${bundle.agent_id ?? none}` },
          { name: "Policy violated", value: bundle.policy_violated ?? "none" },
          {
            name: "Violation",
            value: violation === null ? none : `${instant(violation.timestamp)}, step ${violation.step_index}`,
          },
          { name: "Detected", value: instant(bundle.detection_time) },
          { name: "Contained", value: containedAt(bundle) },
          {
            name: "Remediation",
            value: `${words(bundle.remediation_status)}${bundle.remediation_notes === null ? "" : `: ${bundle.remediation_notes}`}`,
          },
        ]}
      />
    </>
  );
}

function containedAt({ contained_at, key_figures }: ExecutiveDebriefBundle): string {
  if (contained_at !== null) return instant(contained_at);
  const why = key_figures.find(({ id }) => id === "time_to_contain_seconds")?.unknown_because ?? null;
  return why === null ? none : `not contained: ${why}`;
}

const urgency: Record<RecommendedAction["priority"], Tone> = { now: "bad", soon: "warn", later: "plain" };

function Actions({ actions }: { actions: readonly RecommendedAction[] }) {
  if (actions.length === 0) return <Prose soft>Nothing is left to do: no recorded fact calls for an action.</Prose>;
  return actions.map((action, at) => (
    <View key={action.id} wrap={action.why.length > 800} style={{ flexDirection: "row", marginBottom: 8 }}>
      <View style={{ width: 24 }}>
        <Words bold points={13} ink={colour.brand}>
          {String(at + 1)}
        </Words>
      </View>
      <View style={{ flex: 1 }}>
        <Words bold>{action.action}</Words>
        <Words points={8.5} ink={colour.soft}>
          {action.why}
        </Words>
      </View>
      <View style={{ width: 52, alignItems: "flex-end" }}>
        <Badge tone={urgency[action.priority]}>{action.priority}</Badge>
      </View>
    </View>
  ));
}

/** The four that the debrief is asked for. */
const headlineIds = ["time_to_detect_seconds", "total_cost_cents", "time_to_contain_seconds", "cost_avoided_cents"];

function Metrics({ bundle }: { bundle: ExecutiveDebriefBundle }) {
  const { cost_avoided: avoided } = bundle;
  const big = headlines(bundle.key_figures, headlineIds);
  return (
    <>
      <FigureCards figures={big} />
      <OtherFigures figures={bundle.key_figures} big={big} />
      <Callout tone="warn" title={`Cost avoided (estimate): ${money(avoided.value_cents)}`}>
        <Prose>{avoided.formula}</Prose>
        <Bullets
          items={avoided.inputs.map(
            ({ name, value, unit, source }) =>
              `${name}: ${value === null ? "unknown" : `${decimal(String(value))} ${words(unit)}`} (${source})`,
          )}
        />
        {avoided.unknown_because === null ? null : <Note>{avoided.unknown_because}</Note>}
      </Callout>
    </>
  );
}
