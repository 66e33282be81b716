// Key figures: a few as big numbers, the others as a list, each with who vouches for it and how it came about.

import { View } from "@react-pdf/renderer";
import type { KeyFigure } from "@/server/exports/content/bundle-types";
import { assurance, figureValue } from "@/server/exports/pdf/figures";
import { Facts, isLongText, Note } from "@/server/exports/pdf/parts/blocks";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, size } from "@/server/exports/pdf/theme";

const IN_A_ROW = 4;
/** More figures than this may be divided between pages. */
const MOST_TOGETHER = 24;

/** One row of big numbers: those of `ids` that are there, then the first others. */
export function headlines(figures: readonly KeyFigure[], ids: readonly string[]): KeyFigure[] {
  const named = ids.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
  return [...named, ...figures.filter((figure) => !named.includes(figure))].slice(0, IN_A_ROW);
}

export function FigureCards({ figures }: { figures: readonly KeyFigure[] }) {
  return (
    <View wrap={false} style={{ flexDirection: "row", marginHorizontal: -3, marginBottom: 6 }}>
      {figures.map((figure) => (
        <View key={figure.id} style={{ width: "25%", padding: 3 }}>
          <View style={{ borderWidth: 0.75, borderColor: colour.line, borderRadius: 3, padding: 7, minHeight: 52 }}>
            <Words points={size.small} ink={colour.soft} room={104}>
              {figure.label}
            </Words>
            <Words bold points={13} room={104} ink={figure.value === null ? colour.faint : colour.ink}>
              {figureValue(figure)}
            </Words>
            <Words points={size.foot} ink={figure.is_estimate ? colour.amber : colour.faint} room={104}>
              {vouched(figure)}
            </Words>
          </View>
        </View>
      ))}
    </View>
  );
}

/** All that are not among the big ones, then the formulas and reasons of all. */
export function OtherFigures({ figures, big }: { figures: readonly KeyFigure[]; big: readonly KeyFigure[] }) {
  const others = figures.filter((figure) => !big.includes(figure));
  const notes = notesOf(figures);
  return (
    // What the figures are made of stands on their page.
    <View wrap={others.length > MOST_TOGETHER || isLongText(notes)}>
      <Facts
        columns={2}
        nameWidth={124}
        facts={others.map((figure) => ({ name: figure.label, value: `${figureValue(figure)}${marked(figure)}` }))}
      />
      <Note>{notes.join(" ")}</Note>
    </View>
  );
}

function vouched({ value, is_estimate, assurance: by }: KeyFigure): string {
  if (value === null) return "see below";
  return is_estimate ? `estimate · ${assurance(by)}` : assurance(by);
}

/** In a list the server's own figures go without a mark. */
function marked(figure: KeyFigure): string {
  return figure.value !== null && figure.assurance === "server" && !figure.is_estimate ? "" : ` (${vouched(figure)})`;
}

function notesOf(figures: readonly KeyFigure[]): string[] {
  const notes = figures.flatMap(({ label, formula, unknown_because }) => [
    ...(formula === null ? [] : [`${label} = ${formula}`]),
    ...(unknown_because === null ? [] : [`${label} is unknown: ${unknown_because}`]),
  ]);
  const own = "Figures without a mark are counted by the server";
  return [own, ...notes].map((note) => `${note.replace(/\.+$/, "")}.`);
}
