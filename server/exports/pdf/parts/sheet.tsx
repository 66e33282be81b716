// The page that everything flows through: a running head from the second page on, and a foot with the bundle's hash.

import { Page, View } from "@react-pdf/renderer";
import type { ReactNode } from "react";
import { Words } from "@/server/exports/pdf/parts/words";
import type { Running } from "@/server/exports/pdf/running";
import { colour, page, size } from "@/server/exports/pdf/theme";

const styles = {
  page: {
    paddingTop: page.margin - page.headHeight,
    paddingBottom: page.margin - page.footSink,
    paddingHorizontal: page.margin,
    backgroundColor: colour.white,
  },
  band: { position: "absolute", top: 0, left: 0, right: 0, height: 7, backgroundColor: colour.brand },
  foot: { height: page.footHeight, borderTopWidth: 0.5, borderTopColor: colour.line, paddingTop: 6 },
  line: { flexDirection: "row", justifyContent: "space-between" },
} as const;

/**
 * With the newer of React-PDF's two paginations, which `layout` brings with it: the older one parts headings from what
 * they head, and its time grows with the square of the pages.
 */
export function Sheet({
  running,
  annexPages,
  children,
}: {
  running: Running;
  annexPages: number;
  children: ReactNode;
}) {
  return (
    <Page
      size="LETTER"
      style={styles.page}
      layout={({ children: content, pageNumber = 1, totalPages = 0 }) => (
        <>
          {pageNumber === 1 ? <View style={styles.band} /> : null}
          <View style={{ height: page.headHeight }}>
            {pageNumber === 1 ? null : <Small>{`${running.kind}  ·  ${running.bundleId}`}</Small>}
          </View>
          <View style={{ flexGrow: 1, flexShrink: 1, flexBasis: 0 }}>{content}</View>
          <Foot running={running} numbered={`Page ${pageNumber} of ${totalPages + annexPages}`} />
        </>
      )}
    >
      {children}
    </Page>
  );
}

function Foot({ running, numbered }: { running: Running; numbered: string }) {
  return (
    <View style={styles.foot}>
      <View style={styles.line}>
        <Words face="mono" points={size.foot} ink={colour.soft}>
          {`bundle_hash ${running.bundleHash}`}
        </Words>
        <Small>{numbered}</Small>
      </View>
      <Words points={size.foot} ink={colour.faint}>
        {running.line}
      </Words>
    </View>
  );
}

function Small({ children }: { children: string }) {
  return (
    <Words points={size.foot} ink={colour.soft}>
      {children}
    </Words>
  );
}
