import type { HeadDescription } from "lookonce";
import { table } from "../../terminal/table.ts";
import { wrap } from "../../terminal/wrap.ts";
import { count } from "./format.ts";

type AnchorFree = Extract<HeadDescription, { family: "v8" }>;
type AnchorBased = Extract<HeadDescription, { family: "v5" }>;

/** What a head's parameters come from, branch by branch. */
export function headLines(head: HeadDescription, columns: number): string[] {
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
  const { nc, regMax, c2, c3, rule, levels, parameters, dfl } = head;
  const ch0 = levels[0]?.channels ?? 0;
  const own = (width: number, byRule: number): string =>
    width === byRule ? `= ${width}` : `= ${byRule}, but the model file sets ${width}`;
  const [c2Rule, c3Rule] = [own(c2, rule.c2), own(c3, rule.c3)];
  const rows = levels.map((level) => [level.stride, level.channels, level.box, level.class, level.box + level.class]);
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] as number), 0);
  const cells = [
    ...rows.map((row) => row.map(count)),
    ["DFL", "", "", "", count(dfl)],
    ["total", "", count(sum(2)), count(sum(3)), count(parameters)],
  ];
  return [
    `The head has ${count(parameters)} parameters: on each level a branch for boxes, c2 channels wide inside, and ` +
      "one for classes, c3 channels wide inside. Both widths follow from the finest level's channels ch[0]:",
    `  c2 = max(16, ch[0] / 4, 4 · reg_max) = max(16, ${Math.floor(ch0 / 4)}, 4 · ${regMax}) ${c2Rule}`,
    `  c3 = max(ch[0], min(nc, 100)) = max(${ch0}, min(${nc}, 100)) ${c3Rule}`,
  ]
    .flatMap((line) => indented(line, columns))
    .concat(table(["stride", "channels", "box branch", "class branch", "parameters"], cells, { align: ">>>>>" }));
}

function anchorBased(head: AnchorBased, columns: number): string[] {
  const { anchors, nc, outputs, levels, parameters } = head;
  const cells = [
    ...levels.map((level) => [level.stride, level.channels, outputs, level.parameters].map(count)),
    ["total", "", "", count(parameters)],
  ];
  return [
    `The head has ${count(parameters)} parameters: on each level one 1×1 convolution, from its channels to`,
    `  anchors · (5 + nc) = ${anchors} · (5 + ${nc}) = ${outputs} outputs a cell`,
    "(x, y, width, height, objectness and the classes of each anchor), and as many biases.",
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
