// The building blocks of all three documents.

import { View } from "@react-pdf/renderer";
import type { ReactNode } from "react";
import type { Face } from "@/server/exports/pdf/fonts";
import { inert } from "@/server/exports/pdf/inert-text";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, contentWidth, size, type Tone, toneColour } from "@/server/exports/pdf/theme";

/** A UUID in two columns fits. */
const VALUE_POINTS = 8;
/** Longer values may be divided between pages. */
const LONGEST_WHOLE_FACT = 900;

/** A bookmark to where the element stands. React-PDF's types know it of a page only, and its place is right only directly in one. */
export function bookmarked(title: string): object {
  return { bookmark: { title: inert(title), fit: false } };
}

/** A numbered section, directly in the page for the sake of its bookmark. Its heading never stands alone at a page's end. */
export function Section({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  const heading = `${number}  ${title}`;
  return (
    <>
      <View
        wrap={false}
        minPresenceAhead={44}
        {...bookmarked(heading)}
        style={{
          marginTop: 18,
          borderBottomWidth: 1,
          borderBottomColor: colour.ink,
          paddingBottom: 3,
          marginBottom: 8,
        }}
      >
        <Words bold points={size.section}>
          {heading}
        </Words>
      </View>
      {children}
    </>
  );
}

export function Heading({ children }: { children: string }) {
  return (
    <View wrap={false} minPresenceAhead={30} style={{ marginTop: 8, marginBottom: 3 }}>
      <Words bold points={size.block}>
        {children}
      </Words>
    </View>
  );
}

export function Prose({ children, soft = false }: { children: string; soft?: boolean }) {
  return (
    <View style={{ marginBottom: 6 }}>
      <Words ink={soft ? colour.soft : colour.ink}>{children}</Words>
    </View>
  );
}

/** Without a margin above, like all that may stand first behind a heading: a margin alone would hold the heading back. */
export function Note({ children }: { children: string }) {
  return (
    <View style={{ marginBottom: 7 }}>
      <Words points={size.small} ink={colour.soft}>
        {children}
      </Words>
    </View>
  );
}

export function Bullets({ items }: { items: readonly string[] }) {
  return (
    <View style={{ marginBottom: 6 }}>
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a printed list never changes
        <View key={at} style={{ flexDirection: "row", marginBottom: 3 }}>
          <View style={{ width: 12 }}>
            <Words ink={colour.faint}>•</Words>
          </View>
          <View style={{ flex: 1 }}>
            <Words>{item}</Words>
          </View>
        </View>
      ))}
    </View>
  );
}

export type Fact = { name: string; value: string; face?: Face; tone?: Tone };

type FactsProps = { facts: readonly Fact[]; columns?: 1 | 2; room?: number; nameWidth?: number };

/** Names and values, one or two pairs in a line. */
export function Facts({ facts, columns = 1, room = contentWidth, nameWidth = columns === 1 ? 128 : 78 }: FactsProps) {
  const lines = columns === 1 ? facts.map((fact) => [fact]) : pairs(facts);
  return (
    <View style={{ marginBottom: 6 }}>
      {lines.map((line) => (
        <View
          key={line[0]?.name ?? ""}
          wrap={line.some(({ value }) => value.length > LONGEST_WHOLE_FACT)}
          style={{ flexDirection: "row", borderBottomWidth: 0.5, borderBottomColor: colour.hair }}
        >
          {line.map((fact) => (
            <FactCell key={fact.name} fact={fact} nameWidth={nameWidth} width={room / columns} />
          ))}
        </View>
      ))}
    </View>
  );
}

function FactCell({ fact, nameWidth, width }: { fact: Fact; nameWidth: number; width: number }) {
  return (
    <View style={{ flexDirection: "row", width, paddingVertical: 3, paddingRight: 6 }}>
      <View style={{ width: nameWidth, paddingRight: 6 }}>
        <Words points={8.5} ink={colour.soft} room={nameWidth - 6}>
          {fact.name}
        </Words>
      </View>
      <View style={{ width: width - nameWidth - 6 }}>
        <Words
          points={VALUE_POINTS}
          face={fact.face ?? "text"}
          room={width - nameWidth - 6}
          bold={fact.tone !== undefined}
          ink={fact.tone === undefined ? colour.ink : toneColour[fact.tone].ink}
        >
          {fact.value}
        </Words>
      </View>
    </View>
  );
}

function pairs(facts: readonly Fact[]): Fact[][] {
  const found: Fact[][] = [];
  for (let at = 0; at < facts.length; at += 2) found.push(facts.slice(at, at + 2));
  return found;
}

export function Badge({ tone, children }: { tone: Tone; children: string }) {
  const { ink, wash } = toneColour[tone];
  return (
    <View
      style={{
        backgroundColor: wash,
        borderWidth: 0.75,
        borderColor: ink,
        borderRadius: 3,
        paddingHorizontal: 6,
        paddingVertical: 2,
        marginRight: 6,
      }}
    >
      <Words bold points={8} ink={ink}>
        {children}
      </Words>
    </View>
  );
}

/** More than stands together on a page in any case. */
export function isLongText(texts: readonly string[]): boolean {
  return texts.reduce((sum, { length }) => sum + length, 0) > 2_000;
}

type CalloutProps = {
  tone: Tone;
  title: string;
  /** It holds so much that it may be divided between pages. */
  isLong?: boolean;
  children: ReactNode;
};

/** Stands out from the page; what it says first is bold. */
export function Callout({ tone, title, isLong = false, children }: CalloutProps) {
  const { ink, wash } = toneColour[tone];
  return (
    <View
      wrap={isLong}
      style={{
        backgroundColor: wash,
        borderLeftWidth: 3,
        borderLeftColor: ink,
        paddingHorizontal: 12,
        paddingTop: 9,
        paddingBottom: 5,
        marginBottom: 10,
      }}
    >
      <View minPresenceAhead={20} style={{ marginBottom: 3 }}>
        <Words bold points={size.block} ink={ink}>
          {title}
        </Words>
      </View>
      {children}
    </View>
  );
}
