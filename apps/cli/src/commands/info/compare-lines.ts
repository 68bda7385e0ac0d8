import type { LayerPair, LayerSummary, ModelInfo } from "@lookonce/yolo";
import { table } from "../../terminal/table.ts";
import { argument, count, outputs, short } from "./format.ts";

/** Columns from which on there is room for the arguments of both models. */
const roomy = 120;

/** A model by its name. */
export interface NamedInfo {
  name: string;
  info: ModelInfo;
}

/** The layers of two models side by side; what differs has a mark before it. */
export function comparedTable(pairs: readonly LayerPair[], columns: number): string[] {
  const showArgs = columns >= roomy;
  const titles = ["", "module", "parameters", ...(showArgs ? ["arguments"] : []), "output"];
  const align = showArgs ? "><><<" : "><><";
  const cells = pairs.map((pair) => [mark(pair), ...side(pair.left, showArgs), "│", ...side(pair.right, showArgs)]);
  return table(["", ...titles, "│", ...titles], cells, { align: `<${align}<${align}` });
}

/** What the marks before layers mean. */
export const legend = "≠ differs   − only in the left model   + only in the right model";

function mark({ left, right, same }: LayerPair): string {
  if (same) return "";
  if (right === undefined) return "−";
  return left === undefined ? "+" : "≠";
}

function side(layer: LayerSummary | undefined, showArgs: boolean): string[] {
  if (layer === undefined) return ["", "", "", ...(showArgs ? [""] : []), ""];
  const repeats = layer.repeats === 1 ? "" : ` ×${layer.repeats}`;
  const args = argument(layer.args);
  const cut = args.length > 24 ? `${args.slice(0, 23)}…` : args;
  const cells = [String(layer.index), layer.name + repeats, count(layer.parameters)];
  // One shape a layer is enough here: those of a head's levels follow from its strides.
  return [...cells, ...(showArgs ? [cut] : []), outputs(layer)[0] ?? ""];
}

/** Totals of two models with their difference and ratio. */
export function comparedTotals(left: NamedInfo, right: NamedInfo): string[] {
  const line = (title: string, pick: (info: ModelInfo) => number, digits = 0): string[] => {
    const [a, b] = [pick(left.info), pick(right.info)];
    const show = (value: number): string =>
      value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const sign = b > a ? "+" : b < a ? "−" : "";
    return [title, show(a), show(b), sign + show(Math.abs(b - a)), a === 0 ? "" : `× ${short(b / a)}`];
  };
  const strides = (info: ModelInfo): string => info.strides.join(", ");
  const rows = [
    line("layers", (info) => info.layers),
    line("parameters", (info) => info.parameters),
    line("gradients", (info) => info.gradients),
    line("head", (info) => info.head.parameters),
    line("GFLOPs", (info) => info.gflops, 1),
    ["strides", strides(left.info), strides(right.info), "", ""],
  ];
  return table(["", left.name, right.name, "difference", "ratio"], rows, { align: "<>>>>" });
}
