// The head of the first page: whose document, of what kind, about what, in which state.

import { View } from "@react-pdf/renderer";
import type { ReactNode } from "react";
import { bookmarked } from "@/server/exports/pdf/parts/blocks";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, size } from "@/server/exports/pdf/theme";

/** Titles are free text: beyond this they are set smaller, never cut. */
const LONG_TITLE = 90;

export function Cover({
  kind,
  title,
  subtitle,
  children,
}: {
  kind: string;
  title: string;
  subtitle: string;
  children: ReactNode;
}) {
  return (
    <>
      <View {...bookmarked(kind)} style={{ flexDirection: "row", justifyContent: "space-between", marginBottom: 14 }}>
        <Words bold points={9} ink={colour.brand} style={{ letterSpacing: 1.6 }}>
          HOLDPOINT
        </Words>
        <Words bold points={9} ink={colour.soft}>
          {kind}
        </Words>
      </View>
      <Words bold points={title.length > LONG_TITLE ? size.section : size.title} style={{ lineHeight: 1.2 }}>
        {title}
      </Words>
      <View style={{ marginTop: 3, marginBottom: 10 }}>
        <Words points={10} ink={colour.soft}>
          {subtitle}
        </Words>
      </View>
      {children}
    </>
  );
}

export function BadgeRow({ children }: { children: ReactNode }) {
  return <View style={{ flexDirection: "row", flexWrap: "wrap", marginBottom: 10 }}>{children}</View>;
}
