// What the evidence and the SOC 2 document of a run share: the first page below the cover, and the sections that end them.

import {
  integritySection,
  limitsSection,
  productionSection,
  type SectionOf,
  type Setting,
} from "@/server/exports/pdf/parts/common-sections";
import { FigureCards, headlines, OtherFigures } from "@/server/exports/pdf/parts/key-figures";
import {
  ChartOf,
  custodySections,
  InOneMinute,
  policySection,
  type RunBundle,
  stepsSection,
  summarySection,
} from "@/server/exports/pdf/parts/run-sections";
import { SignOffBlock } from "@/server/exports/pdf/parts/sign-off";

const headlineIds = ["total_steps", "total_tokens", "total_cost_cents", "time_to_contain_seconds"];

export function RunAtAGlance({ bundle }: { bundle: RunBundle }) {
  const big = headlines(bundle.key_figures, headlineIds);
  return (
    <>
      <InOneMinute bundle={bundle} />
      <FigureCards figures={big} />
      <ChartOf bundle={bundle} />
      <OtherFigures figures={bundle.key_figures} big={big} />
    </>
  );
}

export function runSections(bundle: RunBundle, setting: Setting): SectionOf[] {
  return [
    summarySection(bundle),
    stepsSection(bundle, setting),
    policySection(bundle, setting),
    ...custodySections(setting),
    integritySection(bundle, setting),
    productionSection(bundle.production, setting),
    limitsSection(bundle),
    {
      title: "Sign-off",
      content: <SignOffBlock roles={bundle.sign_off.roles.map(({ role }) => role)} statement={bundle.statement} />,
    },
  ];
}
