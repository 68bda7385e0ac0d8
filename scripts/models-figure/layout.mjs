// Where the layers of a model stand in its figure: a column for each stride, rows downwards as the data flow.

/**
 * Places the layers of a model: one column for each stride; a layer stands below what it reads from in its own column
 * and beside what it reads from in another.
 *
 * @param model a built detector
 * @param summary its table, from `summarize`
 * @returns the columns' strides, the number of rows, the layers with column and row, the arrows between them, the head
 */
export function layOut(model, summary) {
  const side = summary.imgsz;
  const table = summary.modules.slice(0, -1);
  const strides = [...new Set(table.map(({ shape }) => side / shape[0]))].sort((a, b) => a - b);
  const nodes = [];
  for (const layer of table) {
    const column = strides.indexOf(side / layer.shape[0]);
    const sources = model.layers[layer.index].sources.filter((source) => source >= 0).map((source) => nodes[source]);
    const below = sources.map((source) => source.row + (source.column === column ? 1 : 0));
    let place = Math.max(0, ...below);
    while (nodes.some((node) => node.column === column && node.row === place)) place++;
    const group = layer.index < model.config.backboneLayers ? "backbone" : "neck";
    nodes.push({ ...layer, column, row: place, group });
  }
  const head = { ...summary.modules.at(-1), ...summary.head, row: Math.max(...nodes.map(({ row }) => row)) + 1 };
  head.levels = summary.head.levels.map((level) => ({ ...level, column: strides.indexOf(level.stride) }));
  const arrows = nodes.flatMap((to) =>
    model.layers[to.index].sources.filter((source) => source >= 0).map((source) => ({ from: nodes[source], to })),
  );
  for (const [i, source] of model.layers[head.index].sources.entries()) {
    arrows.push({ from: nodes[source], to: { column: head.levels[i].column, row: head.row, isHead: true } });
  }
  return { strides, rows: head.row + 1, nodes, arrows: lanes(arrows, nodes), head };
}

/** An arrow down a column that would pass through layers goes beside them, and beside other such arrows, on a lane. */
function lanes(arrows, nodes) {
  const taken = [];
  return arrows.map((arrow) => {
    const { from, to } = arrow;
    const passes = nodes.some(
      (node) => node.column === to.column && node.row > from.row && node.row < to.row && from.column === to.column,
    );
    if (!passes) return { ...arrow, lane: 0 };
    let lane = 1;
    const meets = (other) =>
      other.column === to.column && other.lane === lane && other.from < to.row && other.to > from.row;
    while (taken.some(meets)) lane++;
    taken.push({ column: to.column, lane, from: from.row, to: to.row });
    return { ...arrow, lane };
  });
}
