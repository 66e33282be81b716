// A listing in the page: its head is repeated on every page it runs over, its rows stay whole unless they are huge.

import { Text, View } from "@react-pdf/renderer";
import type { ReactNode } from "react";
import type { AnnexPlace } from "@/server/exports/pdf/annex-places";
import { inert } from "@/server/exports/pdf/inert-text";
import { estimatedWidth } from "@/server/exports/pdf/line-breaks";
import { type Column, isLong, type Listing, type Row } from "@/server/exports/pdf/listing";
import { faceStyle, Words } from "@/server/exports/pdf/parts/words";
import { colour, contentWidth, size, toneColour } from "@/server/exports/pdf/theme";

/** Deeper rows may be divided between pages: a reason of 10 000 characters does not fit on one. */
const MOST_WHOLE_LINES = 20;
const GAP = 7;
const INDENT = 4;

export function DataTable({ listing, places }: { listing: Listing; places: readonly AnnexPlace[] }) {
  if (listing.rows.length === 0) return <Empty text={listing.empty} />;
  const place = places.find(({ id }) => id === listing.id);
  if (place === undefined || !isLong(listing)) {
    return (
      <>
        <Rows listing={listing} rows={listing.rows} />
        <View style={{ height: 6 }} />
      </>
    );
  }
  return <Pointer listing={listing} place={place} />;
}

/** Without a margin below: one that slid to the next page would take the head with it. */
export function Rows({ listing, rows }: { listing: Listing; rows: readonly Row[] }) {
  return (
    <View>
      <View
        fixed
        wrap={false}
        minPresenceAhead={30}
        style={{ flexDirection: "row", borderBottomWidth: 0.75, borderBottomColor: colour.ink, paddingLeft: INDENT }}
      >
        {listing.columns.map((column) => (
          <Cell key={column.head} column={column} listing={listing}>
            <Words bold points={size.table} ink={colour.soft}>
              {column.head}
            </Words>
          </Cell>
        ))}
      </View>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a printed table never changes
        <TableRow key={at} listing={listing} row={row} />
      ))}
    </View>
  );
}

function TableRow({ listing, row }: { listing: Listing; row: Row }) {
  const tone = row.tone === undefined ? null : toneColour[row.tone];
  return (
    <View
      wrap={isDeep(row, listing)}
      style={{
        flexDirection: "row",
        backgroundColor: tone?.wash ?? colour.white,
        borderBottomWidth: 0.5,
        borderBottomColor: colour.hair,
        borderLeftWidth: 2,
        borderLeftColor: tone?.ink ?? colour.white,
        paddingLeft: 2,
      }}
    >
      {listing.columns.map((column, at) => (
        <Cell key={column.head} column={column} listing={listing}>
          <Words
            room={widthOf(column, listing)}
            isFigure={column.align === "right"}
            face={column.face ?? "text"}
            bold={row.tone === "bad"}
            points={column.face === "mono" ? size.foot : size.table}
            ink={tone?.ink ?? colour.ink}
          >
            {row.cells[at] ?? ""}
          </Words>
        </Cell>
      ))}
    </View>
  );
}

function isDeep({ cells }: Row, listing: Listing): boolean {
  return listing.columns.some((column, at) => {
    const width = estimatedWidth(inert(cells[at] ?? "", column.face), size.table, column.face ?? "text");
    return width / widthOf(column, listing) > MOST_WHOLE_LINES;
  });
}

function Cell({ column, listing, children }: { column: Column; listing: Listing; children: ReactNode }) {
  return (
    <View
      style={{
        width: widthOf(column, listing),
        marginRight: GAP,
        paddingVertical: 2.5,
        alignItems: column.align === "right" ? "flex-end" : "flex-start",
      }}
    >
      {children}
    </View>
  );
}

function widthOf(column: Column, { columns }: Listing): number {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  return ((contentWidth - INDENT) * column.share) / shares - GAP;
}

export function Empty({ text }: { text: string }) {
  return (
    <View wrap={false} style={{ backgroundColor: colour.wash, padding: 7, marginBottom: 8 }}>
      <Words points={8} ink={colour.soft}>
        {text}
      </Words>
    </View>
  );
}

/** Says where all rows stand; the pages are known only once everything is laid out. */
function Pointer({ listing, place }: { listing: Listing; place: AnnexPlace }) {
  return (
    <View wrap={false} style={{ backgroundColor: colour.wash, padding: 7, marginBottom: 8 }}>
      <Text
        style={{ ...faceStyle("text", 600), fontSize: 8, color: colour.ink }}
        render={({ totalPages }) =>
          `All ${listing.rows.length.toLocaleString("en-US")} rows: Annex ${place.letter}, ${place.pagesFrom(totalPages)}.`
        }
      />
    </View>
  );
}
