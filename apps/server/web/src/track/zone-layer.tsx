import { useRef, useState } from "react";
import type { TrackedImage } from "../api/types.ts";
import { classColor } from "../detect/class-color.ts";
import { type Drawn, type Point, pointsOf, textOf } from "./zones.ts";

interface ZoneLayerProps {
  width: number;
  height: number;
  drawn: readonly Drawn[];
  /** What is being drawn; none by default. */
  drawing: Drawn["kind"] | undefined;
  onDrawn: (points: Point[]) => void;
  tracks: TrackedImage | undefined;
}

/** Lines and zones over a frame, and the ways of objects; a line or zone is drawn by clicks. */
export function ZoneLayer({ width, height, drawn, drawing, onDrawn, tracks }: ZoneLayerProps) {
  const layer = useRef<SVGSVGElement>(null);
  const [points, setPoints] = useState<readonly Point[]>([]);
  const [pointer, setPointer] = useState<Point>();
  if (drawing === undefined && points.length > 0) setPoints([]);

  const pointOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
    const { left, top, width: w, height: h } = layer.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [((clientX - left) / w) * width, ((clientY - top) / h) * height];
  };
  const finish = (all: readonly Point[]) => {
    setPoints([]);
    setPointer(undefined);
    onDrawn([...all]);
  };
  const add = (point: Point) => {
    if (drawing === undefined) return;
    const [first] = points;
    const isClosed =
      first !== undefined && Math.hypot(first[0] - point[0], first[1] - point[1]) < (width + height) / 100;
    const [least, most] = pointsOf[drawing];
    if (isClosed) {
      if (points.length >= least) finish(points);
      return;
    }
    if (points.length + 1 === most) finish([...points, point]);
    else setPoints([...points, point]);
  };
  const radius = (width + height) / 300;
  const open = pointer === undefined ? points : [...points, pointer];
  return (
    <svg
      ref={layer}
      className={`zone-layer${drawing ? " drawing" : ""}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onClick={(event) => add(pointOf(event))}
      onPointerMove={(event) => points.length > 0 && setPointer(pointOf(event))}
    >
      {tracks?.trails?.map(({ id, points: way }) => (
        <polyline key={id} className="trail" points={pairs(way)} stroke={classColor(id)} />
      ))}
      {drawn.map((one) => (
        <Shape key={one.name} drawn={one} height={height} />
      ))}
      {open.length > 1 && <polyline className="zone-open" points={textOf(open)} />}
      {points.map(([x, y]) => (
        <circle key={`${x} ${y}`} className="zone-point" cx={x} cy={y} r={radius} />
      ))}
    </svg>
  );
}

function Shape({ drawn: { kind, name, points }, height }: { drawn: Drawn; height: number }) {
  const [[x, y] = [0, 0]] = points;
  return (
    <g className={`zone-shape ${kind}`} data-name={name}>
      {kind === "zone" ? <polygon points={textOf(points)} /> : <polyline points={textOf(points)} />}
      <text x={x + height / 100} y={y} dy={y < height / 14 ? height / 26 : -height / 100} fontSize={height / 28}>
        {name}
      </text>
    </g>
  );
}

function pairs(flat: readonly number[]): string {
  return flat.map((value, i) => `${value.toFixed(1)}${i % 2 === 0 ? "," : " "}`).join("");
}
