import { type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { figure } from "../controls/format.ts";
import { bounds, ticks } from "./ticks.ts";

/** One line of a chart. */
export interface Series {
  name: string;
  /** CSS color. */
  color: string;
  dashed?: boolean;
  /** By x, ascending. */
  points: readonly (readonly [x: number, y: number])[];
}

interface ChartProps {
  title: string;
  series: readonly Series[];
  /** What x counts, in the singular: `epoch`. */
  unit: string;
  /** The y axis begins at zero. */
  zero?: boolean;
  /** Last x to come, so that the chart does not shrink while it fills. */
  until?: number;
}

const height = 190;
const margin = { top: 10, right: 12, bottom: 24, left: 46 };

/** Lines over a common axis. Pointer or arrow keys read values off. */
export function Chart({ title, series, unit, zero = false, until }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useWidth(holder);
  const [at, setAt] = useState<number>();
  const drawn = series.filter(({ points }) => points.length > 0);
  const xs = useMemo(
    () => [...new Set(drawn.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b),
    [drawn],
  );
  const [x0, x1] = [xs[0] ?? 0, Math.max(until ?? 0, xs.at(-1) ?? 1, (xs[0] ?? 0) + 1)];
  const [y0, y1] = bounds(
    drawn.flatMap(({ points }) => points.map(([, y]) => y)),
    { zero },
  );
  const x = (value: number) => margin.left + ((value - x0) / (x1 - x0)) * (width - margin.left - margin.right);
  const y = (value: number) => margin.top + (1 - (value - y0) / (y1 - y0)) * (height - margin.top - margin.bottom);
  const shown = at === undefined ? undefined : nearest(xs, at);
  const readings = shown === undefined ? [] : readingsAt(drawn, shown);

  const onPointer = (clientX: number) => {
    const box = holder.current?.getBoundingClientRect();
    if (box === undefined || xs.length === 0) return;
    setAt(x0 + ((clientX - box.left - margin.left) / (width - margin.left - margin.right)) * (x1 - x0));
  };
  const onKey = (event: KeyboardEvent) => {
    const i = shown === undefined ? xs.length : xs.indexOf(shown);
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: xs.length - 1 }[event.key];
    if (to === undefined || xs.length === 0) return;
    event.preventDefault();
    setAt(xs[Math.min(Math.max(to, 0), xs.length - 1)]);
  };
  return (
    <figure className="chart">
      <figcaption>
        <h3>{title}</h3>
        <Legend series={series} readings={readings} />
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of lines that is read by arrow keys */}
      <div
        ref={holder}
        className="chart-area"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read values off
        tabIndex={0}
        aria-label={`${title}. ${summary(drawn, unit)}`}
        onPointerMove={(event) => onPointer(event.clientX)}
        onPointerLeave={() => setAt(undefined)}
        onKeyDown={onKey}
        onBlur={() => setAt(undefined)}
        style={{ height }}
      >
        <svg width={width} height={height} aria-hidden="true">
          {ticks(y0, y1, 4).map((value) => (
            <g key={value}>
              <line className="grid" x1={margin.left} x2={width - margin.right} y1={y(value)} y2={y(value)} />
              <text className="tick" x={margin.left - 8} y={y(value)} dy="0.32em" textAnchor="end">
                {figure(value)}
              </text>
            </g>
          ))}
          {ticks(x0, x1, Math.max(2, Math.floor(width / 80)))
            .filter(Number.isInteger)
            .map((value) => (
              <text key={value} className="tick" x={x(value)} y={height - 6} textAnchor="middle">
                {value}
              </text>
            ))}
          {shown !== undefined && (
            <line className="cross" x1={x(shown)} x2={x(shown)} y1={margin.top} y2={height - margin.bottom} />
          )}
          {drawn.map((line) => (
            <Line key={line.name} line={line} x={x} y={y} />
          ))}
          {readings.map(({ name, color, value }) => (
            <circle key={name} className="reading" cx={x(shown as number)} cy={y(value)} r={4} fill={color} />
          ))}
        </svg>
        {drawn.length === 0 && <p className="chart-none">nothing yet</p>}
        <output className="visually-hidden">
          {shown !== undefined &&
            `${unit} ${shown}: ${readings.map(({ name, value }) => `${name} ${figure(value)}`).join(", ")}`}
        </output>
        {shown !== undefined && (
          <span
            className="cross-label"
            aria-hidden="true"
            style={{ left: Math.min(Math.max(x(shown), 40), width - 40) }}
          >
            {unit} {shown}
          </span>
        )}
      </div>
    </figure>
  );
}

interface Reading {
  name: string;
  color: string;
  value: number;
}

function Legend({ series, readings }: { series: readonly Series[]; readings: readonly Reading[] }) {
  return (
    <ul className="legend">
      {series.map(({ name, color, dashed, points }) => {
        const value = readings.find((reading) => reading.name === name)?.value ?? points.at(-1)?.[1];
        return (
          <li key={name}>
            <svg width="16" height="8" aria-hidden="true">
              <line x1="0" x2="16" y1="4" y2="4" stroke={color} className={dashed ? "dashed" : ""} />
            </svg>
            {name}
            <b>{value === undefined ? "–" : figure(value)}</b>
          </li>
        );
      })}
    </ul>
  );
}

type Scale = (value: number) => number;

function Line({ line: { points, color, dashed }, x, y }: { line: Series; x: Scale; y: Scale }) {
  if (points.length === 1) {
    const [[px, py]] = points as [readonly [number, number]];
    return <circle cx={x(px)} cy={y(py)} r={3} fill={color} />;
  }
  const path = points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join("");
  return <path className={`line${dashed ? " dashed" : ""}`} d={path} stroke={color} />;
}

function readingsAt(series: readonly Series[], at: number): Reading[] {
  return series.flatMap(({ name, color, points }) => {
    const point = points.find(([x]) => x === at);
    return point === undefined ? [] : [{ name, color, value: point[1] }];
  });
}

function nearest(xs: readonly number[], at: number): number | undefined {
  return xs.length === 0 ? undefined : xs.reduce((best, x) => (Math.abs(x - at) < Math.abs(best - at) ? x : best));
}

function summary(series: readonly Series[], unit: string): string {
  if (series.length === 0) return "Nothing yet.";
  const last = series.map(({ name, points }) => {
    const [x, y] = points.at(-1) as readonly [number, number];
    return `${name} ${figure(y)} at ${unit} ${x}`;
  });
  return `${last.join(", ")}. Arrow keys read values.`;
}

/** The width that there is, kept up to date. */
function useWidth(holder: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(320);
  useLayoutEffect(() => {
    const element = holder.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder]);
  return width;
}
