import type { LayerSummary, ModelInfo } from "../api/types.ts";
import { count, figure } from "../controls/format.ts";
import { Bar, Table } from "../controls/table.tsx";
import { levelsOf, sourcesOf } from "./layers.ts";

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
      <Table
        label="Table of layers"
        className="layer-table"
        rows={info.modules}
        keyOf={({ index }) => index}
        rowProps={({ index }) => ({
          className: active === index ? "chosen" : "",
          onPointerEnter: () => onActive(index),
          onPointerLeave: () => onActive(undefined),
        })}
        columns={[
          { title: "#", className: "number", cell: ({ index }) => index },
          { title: "Reads", cell: sourcesText },
          { title: "Module", cell: moduleText },
          {
            title: "Output",
            className: "shape",
            cell: (layer) =>
              levelsOf(layer)
                .map((level) => level.join(" × "))
                .join(", "),
          },
          { title: "Parameters", className: "number", cell: ({ parameters }) => count(parameters) },
          {
            ...{ title: "Share of parameters", isUntitled: true, className: "bar-cell" },
            cell: ({ parameters }) => <Bar share={parameters / most} parts={[1]} />,
          },
          { title: "GFLOPs", className: "number", cell: ({ macs }) => figure((2 * macs) / 1e9) },
        ]}
      />
    </section>
  );
}

function moduleText({ name, repeats }: LayerSummary) {
  return (
    <>
      <b>{name}</b>
      {repeats > 1 && <span className="muted"> × {repeats}</span>}
    </>
  );
}

function sourcesText(layer: LayerSummary): string {
  return sourcesOf(layer)
    .map((source) => (source < 0 ? "image" : source))
    .join(", ");
}
