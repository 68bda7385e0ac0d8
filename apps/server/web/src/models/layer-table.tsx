import type { LayerSummary, ModelInfo } from "../api/types.ts";
import { count, figure } from "../controls/format.ts";

interface LayerTableProps {
  info: ModelInfo;
  active: number | undefined;
  onActive: (layer: number | undefined) => void;
}

/** Every layer of a model with its parameters and costs. */
export function LayerTable({ info, active, onActive }: LayerTableProps) {
  const most = Math.max(...info.modules.map(({ parameters }) => parameters), 1);
  return (
    <section aria-label="Layers of the model">
      <h3>Layers</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="table-holder layer-table" aria-label="Table of layers" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                #
              </th>
              <th scope="col">Reads</th>
              <th scope="col">Module</th>
              <th scope="col">Output</th>
              <th scope="col" className="number">
                Parameters
              </th>
              <th scope="col">
                <span className="visually-hidden">Share of parameters</span>
              </th>
              <th scope="col" className="number">
                GFLOPs
              </th>
            </tr>
          </thead>
          <tbody>
            {info.modules.map((layer) => (
              <tr
                key={layer.index}
                className={active === layer.index ? "chosen" : ""}
                onPointerEnter={() => onActive(layer.index)}
                onPointerLeave={() => onActive(undefined)}
              >
                <td className="number">{layer.index}</td>
                <td>{sourcesText(layer)}</td>
                <td>
                  <b>{layer.name}</b>
                  {layer.repeats > 1 && <span className="muted"> × {layer.repeats}</span>}
                </td>
                <td className="shape">{shapeText(layer)}</td>
                <td className="number">{count(layer.parameters)}</td>
                <td className="bar-cell">
                  <span className="bar" aria-hidden="true" style={{ width: `${(layer.parameters / most) * 100}%` }}>
                    <i className="box-part" style={{ flexGrow: 1 }} />
                  </span>
                </td>
                <td className="number">{layer.macs === undefined ? "" : figure((2 * layer.macs) / 1e9)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function shapeText({ shape }: LayerSummary): string {
  const levels = (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
  return levels.map((level) => level.join(" × ")).join(", ");
}

/** Which layers a layer reads: the one before it is -1 in model files. */
function sourcesText({ index, from }: LayerSummary): string {
  const sources = [from].flat().map((source) => (source < 0 ? index + source : source));
  return sources.map((source) => (source < 0 ? "image" : source)).join(", ");
}
