// The run as bars, with the inflection in red from top to bottom and named above.

import { G, Line, Polygon, Rect, Svg, Text as SvgText, View } from "@react-pdf/renderer";
import type { RunChart } from "@/server/exports/pdf/chart-layout";
import { Note, Prose } from "@/server/exports/pdf/parts/blocks";
import { faceStyle, Words } from "@/server/exports/pdf/parts/words";
import { colour, contentWidth, size } from "@/server/exports/pdf/theme";

const height = 150;
const plot = { left: 46, right: contentWidth - 6, top: 26, bottom: 130 } as const;
const label = { ...faceStyle("text"), fontSize: size.foot } as const;

export function RunChartFigure({ chart, absent }: { chart: RunChart | null; absent: string }) {
  if (chart === null) return <Prose soft>{absent}</Prose>;
  return (
    <View wrap={false} style={{ marginTop: 4, marginBottom: 8 }}>
      <Words bold points={size.block}>
        {chart.title}
      </Words>
      <Svg width={contentWidth} height={height} viewBox={`0 0 ${contentWidth} ${height}`}>
        <Axis chart={chart} />
        <Inflection chart={chart} />
        <Bars chart={chart} />
        <Threshold chart={chart} />
      </Svg>
      <Note>{legend(chart)}</Note>
    </View>
  );
}

function legend(chart: RunChart): string {
  return [
    chart.stepsPerBar > 1 ? `Each bar stands for ${chart.stepsPerBar} steps.` : "Each bar is a step.",
    "Tokens are the runner's claim; times are the server's (UTC).",
    chart.bars.some(({ isEstimate }) => isEstimate) ? "Hollow: what was reserved for a step without a result." : "",
    chart.bars.some(({ isNear }) => isNear) ? "Triangle: a threshold came near." : "",
    chart.violationAt === null ? "No step violated a policy." : "Red: the step at which the run broke policy.",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function place(chart: RunChart, at: number): { x: number; width: number } {
  const step = (plot.right - plot.left) / chart.bars.length;
  const gap = step > 4 ? Math.min(step * 0.22, 6) : step * 0.15;
  const width = Math.min(step - gap, 46);
  return { x: plot.left + at * step + (step - width) / 2, width };
}

function y(chart: RunChart, value: number): number {
  return plot.bottom - (value / chart.top) * (plot.bottom - plot.top);
}

function Axis({ chart }: { chart: RunChart }) {
  return (
    <G>
      {[0, 0.5, 1].map((share) => {
        const value = (chart.top / 1.12) * share;
        return (
          <G key={share}>
            <Line
              x1={plot.left}
              x2={plot.right}
              y1={y(chart, value)}
              y2={y(chart, value)}
              stroke={colour.hair}
              strokeWidth={0.5}
            />
            <SvgText x={plot.left - 5} y={y(chart, value) + 2.5} textAnchor="end" fill={colour.soft} style={label}>
              {chart.shown(Math.round(value))}
            </SvgText>
          </G>
        );
      })}
      <SvgText x={plot.left} y={plot.bottom + 12} fill={colour.soft} style={label}>
        {chart.axis.first}
      </SvgText>
      <SvgText x={plot.right} y={plot.bottom + 12} textAnchor="end" fill={colour.soft} style={label}>
        {chart.axis.last}
      </SvgText>
    </G>
  );
}

function Bars({ chart }: { chart: RunChart }) {
  return (
    <G>
      {chart.bars.map((bar, at) => {
        const { x, width } = place(chart, at);
        const ink = bar.isViolation ? colour.red : colour.bar;
        const top = Math.min(y(chart, bar.value), plot.bottom - 1);
        return (
          <G key={bar.firstStep}>
            <Rect
              x={x}
              y={top}
              width={width}
              height={plot.bottom - top}
              fill={bar.isEstimate ? colour.white : ink}
              {...(bar.isEstimate ? { stroke: ink, strokeWidth: Math.min(1, width / 3) } : {})}
            />
            {bar.isNear ? (
              <Polygon
                points={`${x + width / 2 - 3},${top - 3} ${x + width / 2 + 3},${top - 3} ${x + width / 2},${top - 8}`}
                fill={colour.amber}
              />
            ) : null}
          </G>
        );
      })}
    </G>
  );
}

function Threshold({ chart }: { chart: RunChart }) {
  if (chart.threshold === null) return null;
  const at = y(chart, chart.threshold.value);
  return (
    <G>
      <Line
        x1={plot.left}
        x2={plot.right}
        y1={at}
        y2={at}
        stroke={colour.red}
        strokeWidth={0.9}
        strokeDasharray="4 3"
      />
      <SvgText x={plot.left + 3} y={at - 3} fill={colour.red} style={{ ...label, ...faceStyle("text", 600) }}>
        {chart.threshold.label}
      </SvgText>
    </G>
  );
}

function Inflection({ chart }: { chart: RunChart }) {
  if (chart.violationAt === null) return null;
  const { x, width } = place(chart, chart.violationAt);
  const middle = x + width / 2;
  const isRight = middle > contentWidth / 2;
  const text = isRight ? middle - 6 : middle + 6;
  return (
    <G>
      <Rect x={x - 2} y={plot.top} width={width + 4} height={plot.bottom - plot.top} fill={colour.redWash} />
      <Line x1={middle} x2={middle} y1={6} y2={plot.bottom + 3} stroke={colour.red} strokeWidth={1.2} />
      <Polygon points={`${middle - 4},4 ${middle + 4},4 ${middle},10`} fill={colour.red} />
      <SvgText
        x={text}
        y={13}
        textAnchor={isRight ? "end" : "start"}
        fill={colour.red}
        style={{ ...faceStyle("text", 600), fontSize: 8.5 }}
      >
        {`VIOLATION · ${chart.violationLabel}`}
      </SvgText>
    </G>
  );
}
