import type { RunSummary } from "../api/types.ts";
import { lineColor } from "../chart/result-charts.ts";
import { Button } from "../controls/button.tsx";
import { moment } from "../controls/format.ts";
import { Table } from "../controls/table.tsx";

interface RunTableProps {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  onChoose: (names: readonly string[]) => void;
}

/** All runs, newest first, to choose from. */
export function RunTable({ runs, chosen, onChoose }: RunTableProps) {
  const bestScore = Math.max(...runs.map(({ best }) => best?.map50_95 ?? 0));
  const at = ({ name }: RunSummary) => chosen.indexOf(name);
  const toggle = ({ name }: RunSummary) =>
    onChoose(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <Table
      label="Runs"
      className="run-table"
      rows={runs}
      keyOf={({ name }) => name}
      rowProps={(run) => ({ className: at(run) < 0 ? "" : "chosen" })}
      columns={[
        {
          ...{ title: "Shown", isUntitled: true },
          cell: (run) => (
            <input
              type="checkbox"
              aria-label={`Show ${run.name}`}
              checked={at(run) >= 0}
              onChange={() => toggle(run)}
              style={{ accentColor: at(run) < 0 ? undefined : lineColor(at(run)) }}
            />
          ),
        },
        {
          title: "Run",
          cell: ({ name }) => (
            <Button className="run-name" onClick={() => onChoose([name])} title="Show this run alone">
              {name}
            </Button>
          ),
        },
        { title: "Epochs", className: "number", cell: ({ epochs }) => epochs },
        { title: "mAP50", className: "number", cell: ({ best }) => score(best?.map50) },
        {
          ...{ title: "mAP50-95", className: "number" },
          cell: ({ best }) => (
            <span className={best?.map50_95 === bestScore && bestScore > 0 ? "best" : ""}>{score(best?.map50_95)}</span>
          ),
        },
        { title: "Started", className: "moment", cell: ({ created }) => moment(created) },
      ]}
    />
  );
}

function score(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}
