// The only way a text gets onto a page: made inert, in one of the two faces, breakable without a hyphen.

import { Text, type View } from "@react-pdf/renderer";
import type { ComponentProps } from "react";
import { columnFigures, type Face, letterforms, type Weight } from "@/server/exports/pdf/fonts";
import { inert } from "@/server/exports/pdf/inert-text";
import { wordBreaker } from "@/server/exports/pdf/line-breaks";
import { colour, contentWidth, size } from "@/server/exports/pdf/theme";

type TextStyle = Exclude<ComponentProps<typeof View>["style"], undefined>;

const families: Record<Face, string> = { text: "Inter", mono: "JetBrains Mono" };

export function faceStyle(face: Face, weight: Weight = 400) {
  return { fontFamily: families[face], fontWeight: weight, fontFeatureSettings: letterforms };
}

type WordsProps = {
  children: string;
  face?: Face;
  bold?: boolean;
  points?: number;
  ink?: string;
  /** How wide the place is, in points: a word that is wider breaks. */
  room?: number;
  /** In a column of figures. */
  isFigure?: boolean;
  style?: TextStyle;
};

export function Words(props: WordsProps) {
  const { children, face = "text", points = size.body, room = contentWidth, style } = props;
  return (
    <Text
      hyphenationCallback={wordBreaker(room, points, face)}
      style={[
        faceStyle(face, props.bold === true ? 600 : 400),
        props.isFigure === true ? { fontFeatureSettings: columnFigures } : {},
        { fontSize: points, color: props.ink ?? colour.ink, lineHeight: 1.4 },
        ...(style === undefined ? [] : [style].flat()),
      ]}
    >
      {inert(children, face)}
    </Text>
  );
}
