/** One line of a chart: a value an epoch. */
export interface Series {
  name: string;
  values: readonly number[];
}

/** A chart over epochs, starting with epoch 1. */
export interface Chart {
  title: string;
  series: readonly Series[];
  /** Upper end of the axis (default: above the largest value). */
  top?: number;
}

/** Colours that people with colour blindness tell apart (Okabe and Ito, 2008). */
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

const panel = { width: 420, height: 300, left: 52, right: 14, top: 58, bottom: 40 };

/** Charts side by side, as an SVG file's text. */
export function drawCharts(charts: readonly Chart[]): string {
  const panels = charts.map((chart, i) => `<g transform="translate(${i * panel.width} 0)">${drawChart(chart)}</g>`);
  const width = charts.length * panel.width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panel.height}" width="${width}" height="${panel.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join("\n")}
</svg>
`;
}

function drawChart({ title, series, top }: Chart): string {
  const epochs = Math.max(1, ...series.map(({ values }) => values.length));
  const largest = Math.max(...series.flatMap(({ values }) => values.filter(Number.isFinite)), 1e-9);
  const ticks = niceTicks(top ?? largest);
  const end = ticks.at(-1) as number;
  const x = (epoch: number): number =>
    panel.left + ((panel.width - panel.left - panel.right) * (epoch - 1)) / Math.max(1, epochs - 1);
  const y = (value: number): number =>
    panel.height - panel.bottom - ((panel.height - panel.top - panel.bottom) * value) / end;
  const lines = series.map(({ name, values }, i) => {
    const color = palette[i % palette.length];
    const points = values.map((value, epoch) => `${x(epoch + 1).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const legendX = panel.left + i * 100;
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>
<rect x="${legendX}" y="34" width="14" height="4" fill="${color}"/><text x="${legendX + 19}" y="40">${escapeXml(name)}</text>`;
  });
  return [
    `<text x="${panel.left}" y="20" font-size="14" font-weight="bold">${escapeXml(title)}</text>`,
    ...ticks.map((tick) => gridLine(tick, y(tick))),
    `<text x="${x(1)}" y="${panel.height - 20}" text-anchor="middle">1</text>`,
    `<text x="${x(epochs)}" y="${panel.height - 20}" text-anchor="end">${epochs}</text>`,
    `<text x="${(panel.left + panel.width - panel.right) / 2}" y="${panel.height - 8}" text-anchor="middle">epoch</text>`,
    ...lines,
  ].join("\n");
}

function gridLine(value: number, y: number): string {
  const at = y.toFixed(1);
  const label = String(Number(value.toPrecision(3)));
  return `<line x1="${panel.left}" x2="${panel.width - panel.right}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${panel.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${label}</text>`;
}

/** Round values from 0 to the first that is not below `top`, four to eight of them. */
function niceTicks(top: number): number[] {
  const magnitude = 10 ** Math.floor(Math.log10(top / 4));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude * 5 >= top * 0.999) ?? 10) * magnitude;
  return Array.from({ length: Math.ceil((top * 0.999) / step) + 1 }, (_, i) => i * step);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
