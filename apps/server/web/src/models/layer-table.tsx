import type { LayerRow, ModelInfo } from "../api/types.ts";
import { count, figure } from "../controls/format.ts";

interface LayerTableProps {
  info: ModelInfo;
  active: number | undefined;
  onActive: (row: number | undefined) => void;
}

/** Every row of a model with its parameters and costs. */
export function LayerTable({ info, active, onActive }: LayerTableProps) {
  const most = Math.max(...info.modules.map(({ parameters }) => parameters), 1);
  return (
    <section aria-label="Rows of the model">
      <h3>Rows</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="table-holder layer-table" aria-label="Table of rows" tabIndex={0}>
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
            {info.modules.map((row) => (
              <tr
                key={row.index}
                className={active === row.index ? "chosen" : ""}
                onPointerEnter={() => onActive(row.index)}
                onPointerLeave={() => onActive(undefined)}
              >
                <td className="number">{row.index}</td>
                <td>{sourcesText(row)}</td>
                <td>
                  <b>{row.name}</b>
                  {row.repeats > 1 && <span className="muted"> × {row.repeats}</span>}
                </td>
                <td className="shape">{shapeText(row)}</td>
                <td className="number">{count(row.parameters)}</td>
                <td className="bar-cell">
                  <span className="bar" aria-hidden="true" style={{ width: `${(row.parameters / most) * 100}%` }}>
                    <i className="box-part" style={{ flexGrow: 1 }} />
                  </span>
                </td>
                <td className="number">{row.macs === undefined ? "" : figure((2 * row.macs) / 1e9)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function shapeText({ shape }: LayerRow): string {
  const levels = (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
  return levels.map((level) => level.join(" × ")).join(", ");
}

/** Which rows a row reads: the one before it is -1 in model files. */
function sourcesText({ index, from }: LayerRow): string {
  const sources = [from].flat().map((source) => (source < 0 ? index + source : source));
  return sources.map((source) => (source < 0 ? "image" : source)).join(", ");
}
