import type { HeadDescription } from "@lookonce/yolo";
import { table } from "../../terminal/table.ts";
import { wrap } from "../../terminal/wrap.ts";
import { count } from "./format.ts";

type AnchorFree = Extract<HeadDescription, { regMax: number }>;
type AnchorBased = Extract<HeadDescription, { anchors: number }>;
type Classify = Extract<HeadDescription, { hidden: number }>;

/** What a head's parameters come from, branch by branch. */
export function headLines(head: HeadDescription, columns: number): string[] {
  if ("hidden" in head) return classify(head, columns);
  return "regMax" in head ? anchorFree(head, columns) : anchorBased(head, columns);
}

/** What follows for a person who wonders at an anchor-free head's size. */
export function widthHint(columns: number): string[] {
  return wrap(
    "A finer level has fewer channels, so adding one, such as P2, makes every branch narrower: the head can shrink. " +
      "The model file sets the widths by hand with the arguments [nc, {c2: …, c3: …}] of Detect.",
    columns,
  );
}

function anchorFree(head: AnchorFree, columns: number): string[] {
  const { nc, regMax, c2, c3, rule, levels, parameters, dfl, extras, prototypes, branches } = head;
  const ch0 = levels[0]?.channels ?? 0;
  const own = (width: number, byRule: number): string =>
    width === byRule ? `= ${width}` : `= ${byRule}, but the model file sets ${width}`;
  const [c2Rule, c3Rule] = [own(c2, rule.c2), own(c3, rule.c3)];
  const parts = ["boxes", "classes", ...(extras === undefined ? [] : [extras.name])];
  const rows = levels.map(({ stride, channels, extra = 0, ...level }) => {
    const sizes = [level.box, level.class, ...(extras === undefined ? [] : [extra])];
    return [stride, channels, ...sizes, sizes.reduce((total, one) => total + one, 0)];
  });
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] as number), 0);
  const [perBranch, others] = [sum(2 + parts.length), dfl + (prototypes?.parameters ?? 0)];
  const training = parameters - branches.length * perBranch - others;
  const once = (name: string, size: number): string[] => [name, "", ...parts.map(() => ""), count(size)];
  const cells = [
    ...rows.map((row) => row.map(count)),
    ...branches.slice(1).map((name) => once(words[name], perBranch)),
    ...(dfl === 0 ? [] : [once("DFL", dfl)]),
    ...(prototypes === undefined ? [] : [once("prototypes", prototypes.parameters)]),
    ...(training === 0 ? [] : [once("training", training)]),
    ["total", "", ...parts.map((_, i) => count(branches.length * sum(2 + i))), count(parameters)],
  ];
  const third =
    extras === undefined
      ? "and one for classes, c3 channels wide inside. Both widths follow"
      : `one for classes, c3 channels wide inside, and one for ${extras.name}, c4 channels wide inside, with ` +
        `${extras.outputs} ${extras.outputs === 1 ? "output" : "outputs"} a cell. The widths follow`;
  return [
    ...branchLines(head),
    `On each level ${branches.length > 1 ? "each has a chain" : "it has a branch"} for boxes, c2 channels wide inside, ` +
      `${third} from the finest level's channels ch[0]:`,
    `  c2 = max(16, ch[0] / 4, 4 · reg_max) = max(16, ${Math.floor(ch0 / 4)}, 4 · ${regMax}) ${c2Rule}`,
    `  c3 = max(ch[0], min(nc, 100)) = max(${ch0}, min(${nc}, 100)) ${c3Rule}`,
    ...(extras === undefined ? [] : [extraWidth(extras, ch0)]),
    ...(regMax === 1 ? ["Boxes are distances in cells, not distributions over bins: reg_max is 1."] : []),
    ...prototypeLines(head),
    ...(training === 0 ? [] : ["What only training has is left out of a fused model."]),
  ]
    .flatMap((line) => indented(line, columns))
    .concat(table(["stride", "channels", ...parts, "parameters"], cells, { align: ">".repeat(parts.length + 3) }));
}

/** What people call branches. */
const words: Readonly<Record<AnchorFree["branches"][number], string>> = {
  one2many: "one-to-many",
  one2one: "one-to-one",
};

/** What a head's branches are for. */
function branchLines({ parameters, branches }: AnchorFree): string[] {
  if (branches.length === 1) {
    const alone = branches[0] === "one2one" ? ", in its one-to-one branch alone: nothing is to be suppressed." : ".";
    return [`The head has ${count(parameters)} parameters${alone}`];
  }
  return [
    `The head has ${count(parameters)} parameters, in two branches that are alike. The one-to-many branch learns several ` +
      "predictions of an object, of which all but the best are suppressed (NMS); the one-to-one branch learns one, so that " +
      "nothing is to be suppressed (nms=false). Both are trained; for inference a model is fused with one of them.",
  ];
}

/** The width of the chain of what a task predicts besides boxes and classes. */
function extraWidth({ outputs, c4 }: NonNullable<AnchorFree["extras"]>, ch0: number): string {
  const byRule = Math.max(Math.floor(ch0 / 4), outputs);
  if (c4 !== byRule) return `  c4 = max(ch[0] / 4, keypoints · (values + 2)) = ${c4}`;
  return `  c4 = max(ch[0] / 4, outputs) = max(${Math.floor(ch0 / 4)}, ${outputs}) = ${c4}`;
}

/** Where the prototypes of a segmentation head come from. */
function prototypeLines({ prototypes }: Pick<AnchorFree, "prototypes">): string[] {
  if (prototypes === undefined) return [];
  return [
    `A branch on the finest level, ${prototypes.hidden} channels wide inside, makes ${prototypes.count} prototypes of twice ` +
      "its size, from which each object's coefficients combine its mask.",
  ];
}

function classify({ parameters, nc, channels, hidden, conv, linear }: Classify, columns: number): string[] {
  const cells = [
    ["convolution 1×1", count(channels), count(hidden), count(conv)],
    ["linear", count(hidden), count(nc), count(linear)],
    ["total", "", "", count(parameters)],
  ];
  return indented(
    `The head has ${count(parameters)} parameters: a convolution of 1×1 with its normalization, whose map is averaged over ` +
      "all cells, and a linear layer to the classes.",
    columns,
  ).concat(table(["layer", "inputs", "outputs", "parameters"], cells, { align: "<>>>" }));
}

function anchorBased(head: AnchorBased, columns: number): string[] {
  const { anchors, nc, outputs, levels, parameters, extras, prototypes } = head;
  const cells = [
    ...levels.map((level) => [level.stride, level.channels, outputs, level.parameters].map(count)),
    ...(prototypes === undefined ? [] : [["prototypes", "", "", count(prototypes.parameters)]]),
    ["total", "", "", count(parameters)],
  ];
  const [formula, values, names] =
    extras === undefined
      ? [`5 + nc`, `5 + ${nc}`, "and the classes"]
      : [`5 + nc + ${extras.outputs}`, `5 + ${nc} + ${extras.outputs}`, `classes and ${extras.name}`];
  return [
    `The head has ${count(parameters)} parameters: on each level one 1×1 convolution, from its channels to`,
    `  anchors · (${formula}) = ${anchors} · (${values}) = ${outputs} outputs a cell`,
    `(x, y, width, height, objectness${extras === undefined ? "" : ","} ${names} of each anchor), and as many biases.`,
    ...prototypeLines(head),
  ]
    .flatMap((line) => indented(line, columns))
    .concat(table(["stride", "channels", "outputs", "parameters"], cells, { align: ">>>>" }));
}

/** A line in as many as it needs, each as far in as the first. */
function indented(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  return wrap(line.trimStart(), columns - indent.length - 2).map(
    (part, i) => `${indent}${i > 0 && indent !== "" ? "  " : ""}${part}`,
  );
}
