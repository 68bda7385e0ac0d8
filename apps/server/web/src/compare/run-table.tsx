import type { RunEntry } from "../api/types.ts";
import { lineColors } from "../chart/result-charts.ts";
import { moment } from "../controls/format.ts";

interface RunTableProps {
  runs: readonly RunEntry[];
  chosen: readonly string[];
  onChoose: (names: readonly string[]) => void;
}

/** All runs, newest first, to choose from. */
export function RunTable({ runs, chosen, onChoose }: RunTableProps) {
  const bestScore = Math.max(...runs.map(({ best }) => best?.map50_95 ?? 0));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="table-holder run-table" aria-label="Runs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Shown</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col" className="number">
              Epochs
            </th>
            <th scope="col" className="number">
              mAP50
            </th>
            <th scope="col" className="number">
              mAP50-95
            </th>
            <th scope="col" className="moment">
              Started
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ name, epochs, best, created }) => {
            const at = chosen.indexOf(name);
            const toggle = () => onChoose(at < 0 ? [...chosen, name] : chosen.filter((other) => other !== name));
            return (
              <tr key={name} className={at < 0 ? "" : "chosen"}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Show ${name}`}
                    checked={at >= 0}
                    onChange={toggle}
                    style={{ accentColor: at < 0 ? undefined : lineColors[at] } as React.CSSProperties}
                  />
                </td>
                <td>
                  <button
                    type="button"
                    className="run-name"
                    onClick={() => onChoose([name])}
                    title="Show this run alone"
                  >
                    {name}
                  </button>
                </td>
                <td className="number">{epochs}</td>
                <td className="number">{score(best?.map50)}</td>
                <td className={`number${best?.map50_95 === bestScore && bestScore > 0 ? " best" : ""}`}>
                  {score(best?.map50_95)}
                </td>
                <td className="moment">{moment(created)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function score(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}
