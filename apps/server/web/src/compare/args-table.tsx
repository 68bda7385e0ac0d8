import { useState } from "react";
import type { Run } from "../api/types.ts";
import { argRows } from "./arg-rows.ts";

/** The settings of runs; of several, those that differ unless all are wanted. */
export function ArgsTable({ runs }: { runs: readonly Run[] }) {
  const [all, setAll] = useState(false);
  const rows = argRows(runs);
  const differing = rows.filter(({ differs }) => differs);
  const shown = all || runs.length === 1 ? rows : differing;
  if (rows.length === 0) return null;
  const table = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="table-holder args-table" aria-label="Settings" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            {runs.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, values, differs }) => (
            <tr key={key} className={differs ? "differs" : ""}>
              <th scope="row">{key}</th>
              {values.map((value, i) => (
                <td key={runs[i]?.name}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
  if (runs.length === 1) {
    return (
      <details className="more">
        <summary>{rows.length} settings</summary>
        {table}
      </details>
    );
  }
  return (
    <section aria-label="What was set differently">
      <div className="section-head">
        <h3>{differing.length === 0 ? "All settings are the same" : "What was set differently"}</h3>
        <button type="button" className="text-button" onClick={() => setAll(!all)}>
          {all ? "Only differences" : `All ${rows.length} settings`}
        </button>
      </div>
      {shown.length > 0 && table}
    </section>
  );
}
