// What an auditor asks about the period: the population and whether it is whole, the control, exceptions, access, alerts.

import { View } from "@react-pdf/renderer";
import type { ExceptionEvidence, LogCompleteness, SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { actor, count, moment, words } from "@/server/exports/pdf/figures";
import { Badge, Bullets, Facts, Heading, Note, Prose } from "@/server/exports/pdf/parts/blocks";
import { Listed, type SectionOf, type Setting } from "@/server/exports/pdf/parts/common-sections";
import { FigureCards, headlines, OtherFigures } from "@/server/exports/pdf/parts/key-figures";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, contentWidth, type Tone } from "@/server/exports/pdf/theme";

export function periodSections(bundle: SOC2Bundle, setting: Setting): SectionOf[] {
  return [
    { title: "Population and completeness", content: <PopulationOf bundle={bundle} setting={setting} /> },
    { title: "The control", content: <ControlOf bundle={bundle} setting={setting} /> },
    { title: "Exceptions", content: <Exceptions exceptions={bundle.exceptions} setting={setting} /> },
    { title: "Privileged access", content: <Access bundle={bundle} setting={setting} /> },
    { title: "Alert delivery", content: <Alerts bundle={bundle} setting={setting} /> },
    {
      title: "Complementary user-entity controls",
      content: <Bullets items={bundle.user_entity_controls.map(({ id, text }) => `${id}  ${text}`)} />,
    },
  ];
}

function PopulationOf({ bundle, setting }: { bundle: SOC2Bundle; setting: Setting }) {
  const { population } = bundle;
  const big = headlines(population.counts, []);
  const byStatus = population.runs_by_status
    .map(({ status, count: runs }) => `${words(status)} ${count(runs)}`)
    .join(", ");
  return (
    <>
      <Prose>
        {`Period ${moment(bundle.compliance_period_start)} to ${moment(bundle.compliance_period_end)} (${words(bundle.period_basis)}); covered until ${moment(population.covered_until)}.`}
      </Prose>
      <FigureCards figures={big} />
      <OtherFigures figures={population.counts} big={big} />
      {byStatus === "" ? null : <Prose>{`Runs by status: ${byStatus}.`}</Prose>}
      <Heading>Is the log whole?</Heading>
      <Completeness completeness={population.completeness} />
      <Listed id="leaves" setting={setting} />
      <Heading>Every incident of the period</Heading>
      <Prose>{`Selected: ${population.selection.incident_id}. ${population.selection.why}`}</Prose>
      <Listed id="population" setting={setting} />
    </>
  );
}

function Completeness({ completeness }: { completeness: LogCompleteness }) {
  const { from, to, consistent, consistency_path, unknown_because } = completeness;
  const tone: Tone = consistent === null ? "warn" : consistent ? "good" : "bad";
  const verdict = consistent === null ? "not checked" : consistent ? "consistent" : "NOT CONSISTENT";
  return (
    <>
      <Facts
        facts={[
          {
            name: "First checkpoint",
            value:
              from === null
                ? "none: the log began later"
                : `size ${count(from.size)}, signed ${moment(from.signed_at)}, root ${from.root}`,
          },
          {
            name: "Last checkpoint",
            value: to === null ? "none" : `size ${count(to.size)}, signed ${moment(to.signed_at)}, root ${to.root}`,
          },
          { name: "Leaves between", value: count(completeness.leaves) },
          { name: "Checkpoints signed", value: count(completeness.checkpoints) },
          {
            name: "Consistency proof",
            value: `${verdict}; ${consistency_path.length} hashes (RFC 9162), in the attached JSON`,
            tone,
          },
        ]}
      />
      {unknown_because === null ? null : <Note>{unknown_because}</Note>}
    </>
  );
}

function ControlOf({ bundle: { control }, setting }: { bundle: SOC2Bundle; setting: Setting }) {
  return (
    <>
      <Facts
        facts={[
          { name: "Control", value: control.name },
          { name: "Description", value: control.description },
          { name: "Owner", value: control.owner === null ? "none named" : actor(control.owner) },
          { name: "Nature", value: `${control.nature}, ${control.execution}` },
          { name: "Frequency", value: control.frequency },
        ]}
      />
      <Heading>Policy versions in force in the period</Heading>
      <Listed id="versions" setting={setting} />
    </>
  );
}

const resultTone: Record<ExceptionEvidence["result"], Tone> = { none: "good", found: "bad", unknown: "warn" };

function Exceptions({ exceptions, setting }: { exceptions: readonly ExceptionEvidence[]; setting: Setting }) {
  return exceptions.map((exception) => (
    <View key={exception.kind} style={{ marginBottom: 7 }}>
      <View
        wrap={false}
        minPresenceAhead={exception.items.length > 0 ? 40 : 0}
        style={{ flexDirection: "row", justifyContent: "space-between" }}
      >
        <View style={{ width: contentWidth - 90 }}>
          <Words bold>{exception.title}</Words>
          <Words points={8} ink={colour.soft}>
            {`Looked for: ${exception.looked_for}${exception.unknown_because === null ? "" : ` Unknown: ${exception.unknown_because}`}`}
          </Words>
        </View>
        <View>
          <Badge tone={resultTone[exception.result]}>{verdictOf(exception)}</Badge>
        </View>
      </View>
      {exception.items.length === 0 ? null : (
        <View style={{ marginTop: 3 }}>
          <Listed id={`exception-${exception.kind}`} setting={setting} />
        </View>
      )}
    </View>
  ));
}

function verdictOf({ result, count: found }: ExceptionEvidence): string {
  if (result === "none") return "none found";
  return result === "unknown" ? "unknown" : `${count(found)} found`;
}

function Access({ bundle, setting }: { bundle: SOC2Bundle; setting: Setting }) {
  return (
    <>
      <Note>{`Looked for: ${bundle.privileged_access.looked_for}`}</Note>
      <Heading>Who may change the control, now</Heading>
      <Listed id="holders" setting={setting} />
      <Heading>What was done with it in the period</Heading>
      <Listed id="actions" setting={setting} />
    </>
  );
}

function Alerts({ bundle: { alert_delivery: alerts }, setting }: { bundle: SOC2Bundle; setting: Setting }) {
  return (
    <>
      <Listed id="alerts" setting={setting} />
      <Prose>
        {alerts.delivered === null
          ? `Delivery beyond the tenant's stream: unknown. ${alerts.unknown_because ?? ""}`
          : `Delivered beyond the tenant's stream: ${count(alerts.delivered)}.`}
      </Prose>
    </>
  );
}
