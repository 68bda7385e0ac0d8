import type { LayerSummary, ModelInfo } from "../api/types.ts";
import { levelsOf, sourcesOf } from "./layers.ts";

interface ModelMapProps {
  info: ModelInfo;
  active: number | undefined;
  onActive: (layer: number | undefined) => void;
}

const cell = { width: 42, height: 62, margin: 34, left: 74 };

/**
 * The model as a map: layers from left to right, the coarser a layer's grid the lower it stands, so that the way down
 * (backbone) and up and down again (neck) can be seen, with all connections.
 */
export function ModelMap({ info, active, onActive }: ModelMapProps) {
  // How often the image's side was halved at a layer; a head stands on several levels
  const depths = info.modules.map((layer) =>
    levelsOf(layer).map(([side = info.imgsz]) => Math.max(1, Math.round(Math.log2(info.imgsz / side)))),
  );
  const deepest = Math.max(...depths.flat());
  const width = cell.left + info.modules.length * cell.width + 12;
  const height = cell.margin * 2 + (deepest - 1) * cell.height;
  const x = (index: number) => cell.left + (index + 0.5) * cell.width;
  const y = (depth: number) => cell.margin + (depth - 1) * cell.height;
  const place = (index: number) => ({ x: x(index), y: y(Math.max(...(depths[index] ?? [1]))) });
  return (
    <section aria-label="Map of the model">
      <div className="section-head">
        <h3>How its layers are connected</h3>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="map-holder" aria-label="Map; the table of layers says the same" tabIndex={0}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={{ minWidth: 0.72 * width, maxWidth: 1.3 * width }}
          role="img"
          aria-label="Layers by resolution, with their connections"
        >
          {Array.from({ length: deepest }, (_, i) => i + 1).map((depth) => (
            <g key={depth}>
              <line className="grid" x1={cell.left} x2={width - 8} y1={y(depth)} y2={y(depth)} />
              <text className="tick" x={cell.left - 10} y={y(depth)} dy="0.32em" textAnchor="end">
                {Math.round(info.imgsz / 2 ** depth)} px
              </text>
            </g>
          ))}
          {info.modules.flatMap((layer) =>
            sourcesOf(layer).map((source) => {
              if (source < 0) return null;
              const to = layer.name === "Detect" ? { x: x(layer.index), y: place(source).y } : place(layer.index);
              return (
                <path
                  key={`${source}-${layer.index}`}
                  className={`edge${active === layer.index || active === source ? " active" : ""}`}
                  d={curve(place(source), to, layer.index - source)}
                />
              );
            }),
          )}
          {info.modules.map((layer) =>
            (depths[layer.index] ?? []).map((depth) => (
              <g
                key={`${layer.index} ${depth}`}
                className={`node${active === layer.index ? " active" : ""}`}
                data-kind={kindOf(layer)}
                onPointerEnter={() => onActive(layer.index)}
                onPointerLeave={() => onActive(undefined)}
              >
                <title>{`${layer.index} ${layer.name}`}</title>
                <rect x={x(layer.index) - 17} y={y(depth) - 15} width="34" height="30" rx="7" />
                <text x={x(layer.index)} y={y(depth)} dy="-0.15em" textAnchor="middle">
                  {layer.index}
                </text>
                <text className="node-name" x={x(layer.index)} y={y(depth)} dy="1.05em" textAnchor="middle">
                  {abbreviation(layer.name)}
                </text>
              </g>
            )),
          )}
        </svg>
      </section>
      <ul className="legend map-legend" aria-hidden="true">
        {["convolution", "block", "join", "head"].map((kind) => (
          <li key={kind}>
            <i data-kind={kind} />
            {kind}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Point {
  x: number;
  y: number;
}

/** A straight line to the next layer, an arc over what lies between to a later one. */
function curve(a: Point, b: Point, layers: number): string {
  if (layers === 1) return `M${a.x} ${a.y}L${b.x} ${b.y}`;
  const lift = a.y === b.y ? 26 : 0;
  const middle = (a.x + b.x) / 2;
  return `M${a.x} ${a.y}C${middle} ${a.y - lift} ${middle} ${b.y - lift} ${b.x} ${b.y}`;
}

function kindOf({ name }: LayerSummary): string {
  if (/Detect/.test(name)) return "head";
  if (/Concat|Upsample|Contract|Expand/.test(name)) return "join";
  return /Conv|Focus|Pool/.test(name) && !/C[23]/.test(name) ? "convolution" : "block";
}

function abbreviation(name: string): string {
  const short: Readonly<Record<string, string>> = { Upsample: "Up", Concat: "Cat", Detect: "Head" };
  return short[name] ?? (name.length > 6 ? `${name.slice(0, 5)}…` : name);
}
