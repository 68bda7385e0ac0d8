import { useState } from "react";
import type { Run } from "../api/types.ts";
import { Button } from "../controls/button.tsx";
import { Table } from "../controls/table.tsx";
import { argRows } from "./arg-rows.ts";

/** The settings of runs; of several, those that differ unless all are wanted. */
export function ArgsTable({ runs }: { runs: readonly Run[] }) {
  const [all, setAll] = useState(false);
  const rows = argRows(runs);
  const differing = rows.filter(({ differs }) => differs);
  const shown = all || runs.length === 1 ? rows : differing;
  if (rows.length === 0) return null;
  const table = (
    <Table
      label="Settings"
      className="args-table"
      rows={shown}
      keyOf={({ key }) => key}
      rowProps={({ differs }) => ({ className: differs ? "differs" : "" })}
      columns={[
        { title: "Setting", isHeading: true, cell: ({ key }) => key },
        ...runs.map(({ name }, i) => ({ title: name, cell: ({ values }: (typeof rows)[number]) => values[i] })),
      ]}
    />
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
        <Button className="text-button" onClick={() => setAll(!all)}>
          {all ? "Only differences" : `All ${rows.length} settings`}
        </Button>
      </div>
      {shown.length > 0 && table}
    </section>
  );
}
