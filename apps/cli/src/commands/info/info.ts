import type { ModelInfo, YOLO } from "@lookonce/yolo";
import { type CommandWork, work } from "../../command.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { wrap } from "../../terminal/wrap.ts";
import { loadModel } from "../load-model.ts";
import { comparedTable, comparedTotals, legend, type NamedInfo } from "./compare-lines.ts";
import { detailLines } from "./detail-lines.ts";
import { count } from "./format.ts";
import { headLines, widthHint } from "./head-lines.ts";
import { layerTable } from "./layer-table.ts";

/** `lookonce info`: what a model is made of and costs. */
export const info: CommandWork = work("info", {
  examples: [
    "lookonce info model=yolov8n.pt",
    "lookonce info model=yolov5s.yaml imgsz=320 --json",
    "lookonce info model=yolov8x.yaml vs=yolov8x-p2.yaml",
    "lookonce info model=yolov8n.pt --detailed graph=runs/graph",
  ],
  async run({ model: name, imgsz, detailed, vs, graph }, terminal) {
    const model = await loadModel({ model: name }, terminal);
    const other = vs === undefined ? undefined : await loadModel({ model: vs }, terminal);
    const left = { name, info: await terminal.during(`reading ${name}`, () => model.info({ imgsz, detailed })) };
    const result = report(left.info);
    const written = graph === undefined ? {} : { graph: await writeGraph(model, { graph, imgsz }, terminal) };
    if (vs === undefined || other === undefined) {
      showOne(left, terminal);
      return { ...result, ...written };
    }
    const right = { name: vs, info: await other.info({ imgsz, detailed }) };
    const { compareLayers } = await import("@lookonce/yolo");
    const pairs = await compareLayers(left.info.modules, right.info.modules);
    for (const line of comparedTable(pairs, terminal.columns)) {
      terminal.say(/^[≠−+]/.test(line) ? terminal.colors.yellow(line) : line);
    }
    terminal.say(legend, "", ...comparedTotals(left, right));
    showHeads([left, right], terminal);
    if (detailed) for (const one of [left, right]) showDetails(one, terminal);
    const layerPairs = pairs.map((pair) => {
      return { left: pair.left?.index ?? null, right: pair.right?.index ?? null, same: pair.same };
    });
    return { ...result, ...written, vs: { name: vs, ...report(right.info) }, layerPairs };
  },
});

/** What `--json` prints of a model. */
function report({ modules, details, ...info }: ModelInfo): object {
  const { parameters, gradients, layers, gflops, strides, fused, head, imgsz } = info;
  const rows = modules.map(({ index, from, name, parameters: own, shape, repeats, args }) => {
    return { index, from, name, parameters: own, shape, repeats, args };
  });
  const known = { parameters, gradients, layers, gflops, strides, head, modules: rows, imgsz, fused };
  return details === undefined ? known : { ...known, details };
}

function showOne(one: NamedInfo, terminal: Terminal): void {
  const { parameters, gradients, layers, gflops, strides, imgsz, modules } = one.info;
  terminal.say(...layerTable(modules, terminal.columns));
  showDetails(one, terminal);
  showHeads([one], terminal);
  terminal.say();
  const totals =
    `${one.name}: ${layers} layers, ${count(parameters)} parameters, ${count(gradients)} gradients, ` +
    `${gflops.toFixed(1)} GFLOPs at ${imgsz}, strides ${strides.join(", ")}`;
  terminal.say(...wrap(totals, terminal.columns).map((line) => line.replace(one.name, terminal.colors.bold(one.name))));
  terminal.say(...wrap(fusedTotals(one.info), terminal.columns));
}

/** What a model costs where it is used: its branches are alike, so that one stands for both. */
function fusedTotals({ fused }: ModelInfo): string {
  const [{ parameters, gflops } = { parameters: 0, gflops: 0 }, second] = fused;
  const branch = second === undefined ? "" : ", with either branch";
  return `fused for inference${branch}: ${count(parameters)} parameters, ${gflops.toFixed(1)} GFLOPs`;
}

function showHeads(models: readonly NamedInfo[], terminal: Terminal): void {
  for (const { name, info } of models) {
    terminal.say("", terminal.colors.bold(`Head of ${name}`), ...headLines(info.head, terminal.columns));
  }
  if (models.some(({ info }) => "regMax" in info.head)) terminal.say(...widthHint(terminal.columns));
}

function showDetails({ name, info: { details } }: NamedInfo, terminal: Terminal): void {
  if (details !== undefined) terminal.say("", terminal.colors.bold(`Parameters of ${name}`), ...detailLines(details));
}

async function writeGraph(
  model: YOLO,
  { graph, imgsz }: { graph: string; imgsz: number | undefined },
  terminal: Terminal,
): Promise<{ events: string; onnx: string }> {
  const { events, onnx } = await terminal.during("tracing the graph", () =>
    model.graph(graph, imgsz === undefined ? {} : { imgsz }),
  );
  terminal.note(`wrote ${events} (tensorboard --logdir ${graph}) and ${onnx} (netron)`);
  return { events, onnx };
}
