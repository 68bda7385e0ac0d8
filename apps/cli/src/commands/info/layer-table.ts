import type { LayerSummary } from "@lookonce/yolo";
import { table } from "../../terminal/table.ts";
import { wrap } from "../../terminal/wrap.ts";
import { argument, count, outputs } from "./format.ts";

const header = ["", "from", "n", "parameters", "module", "arguments", "output"];

/** The least width of arguments, however narrow the terminal is. */
const narrowest = 16;

/** The table of layers; arguments are broken so that lines fit `columns` characters, where they can. */
export function layerTable(modules: readonly LayerSummary[], columns: number): string[] {
  const draw = (width: number): string[] =>
    table(
      header,
      modules.map((layer) => cells(layer, width)),
      { align: ">>>><<<" },
    );
  const widest = Math.max(...modules.map(({ args }) => argument(args).length));
  // All but the arguments' column is as wide as it is: what is over must come from there.
  const natural = Math.max(...draw(widest).map((line) => line.length));
  return draw(Math.max(narrowest, widest - Math.max(0, natural - columns)));
}

function cells(layer: LayerSummary, width: number): string[] {
  return [
    String(layer.index),
    argument(layer.from),
    String(layer.repeats),
    count(layer.parameters),
    layer.name,
    wrap(argument(layer.args), width).join("\n"),
    outputs(layer).join("\n"),
  ];
}
