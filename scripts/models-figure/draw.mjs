// Draws a laid out model as SVG. Colors follow the reader's light or dark scheme; the image has a ground of its own.

const columnWidth = 158;
const rowHeight = 58;
const box = { width: 122, height: 42 };
const margin = { left: 14, top: 92, right: 14, bottom: 20 };
/** Height of a head's box without its lines, and of each of these. */
const headText = { top: 38, line: 15, bottom: 6 };
const joinBox = { width: 108, height: 34 };
/** Distance of the first lane from its column's left edge, and of further ones to the left. */
const lanesAt = { first: 9, gap: 6 };
const cornerRadius = 6;

/** Light and dark: ground, stripe, text, faint text, line, then fill and edge of backbone, neck, joins, head. */
const schemes = {
  light: {
    ground: "#ffffff",
    stripe: "#f4f6f8",
    text: "#1b2733",
    faint: "#5a6875",
    line: "#75828f",
    backbone: ["#dcebfb", "#4a8fd6"],
    neck: ["#ddf3e4", "#3f9f63"],
    join: ["#ffffff", "#9aa6b2"],
    head: ["#fdebd3", "#d98a29"],
  },
  dark: {
    ground: "#0f151b",
    stripe: "#161e26",
    text: "#e8eef4",
    faint: "#9fb0c0",
    line: "#7f90a1",
    backbone: ["#16324d", "#5aa0e6"],
    neck: ["#15382a", "#57b97d"],
    join: ["#0f151b", "#64748b"],
    head: ["#43300f", "#e8a04a"],
  },
};

/**
 * The figure of a model.
 *
 * @param layout what `layOut` returns
 * @param texts the model's title and a line of totals
 * @returns the text of an SVG file
 */
export function draw(layout, { title, subtitle }) {
  const width = margin.left + layout.strides.length * columnWidth + margin.right;
  const headBottom = headTop(layout.head) + headHeight(layout.head);
  const height = headBottom + margin.bottom;
  const parts = [
    `<rect class="ground" width="${width}" height="${height}" rx="10"/>`,
    text({ x: margin.left + 6, y: 28, className: "title" }, title),
    text({ x: margin.left + 6, y: 47, className: "faint" }, subtitle),
    ...legend(width),
    ...layout.strides.flatMap((stride, column) => stripe(stride, { column, height, layout })),
    ...layout.arrows.map(arrowPath),
    ...layout.nodes.map(layer),
    ...drawHead(layout),
  ];
  const label = escapeXml(`${title}: ${layout.nodes.length + 1} layers by stride, from the image down to the head`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">`,
    `<style>${styleSheet()}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0.5 8 4 0 7.5z"/></marker></defs>',
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function styleSheet() {
  const fixed =
    "text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-size:11.5px}" +
    ".title{font-size:18px;font-weight:600}.name{font-weight:600;font-size:12.5px}.mid{text-anchor:middle}" +
    ".long{font-weight:600;font-size:10.5px}" +
    ".end{text-anchor:end}.arrow{fill:none;stroke-width:1.4}.box{stroke-width:1.2}";
  return `${fixed}${rules(schemes.light)}@media (prefers-color-scheme:dark){${rules(schemes.dark)}}`;
}

function rules(scheme) {
  const boxes = ["backbone", "neck", "join", "head"].map(
    (group) => `.${group}{fill:${scheme[group][0]};stroke:${scheme[group][1]}}`,
  );
  return [
    `.ground{fill:${scheme.ground}}.stripe{fill:${scheme.stripe}}.arrow{stroke:${scheme.line}}.tip{fill:${scheme.line}}`,
    `text{fill:${scheme.text}}.faint{fill:${scheme.faint}}`,
    ...boxes,
  ].join("");
}

function legend(width) {
  const places = { backbone: 244, neck: 150, head: 84 };
  return Object.entries(places).flatMap(([group, fromRight]) => {
    const x = width - margin.right - fromRight;
    return [
      `<rect class="box ${group}" x="${x}" y="18" width="14" height="14" rx="3"/>`,
      text({ x: x + 20, y: 29.5 }, group),
    ];
  });
}

/** A column's ground with its stride and the size of its maps. */
function stripe(stride, { column, height, layout }) {
  const x = margin.left + column * columnWidth;
  const { shape } = layout.nodes.find((node) => node.column === column);
  const top = 60;
  const level = Math.log2(stride);
  return [
    `<rect class="stripe" x="${x + 3}" y="${top}" width="${columnWidth - 6}" height="${height - top - 10}" rx="6"/>`,
    text(
      { x: x + columnWidth / 2, y: top + 18, className: "faint mid" },
      `P${level}, stride ${stride}: ${shape[0]} × ${shape[1]}`,
    ),
  ];
}

function center({ column, row, isHead }) {
  const y = margin.top + row * rowHeight + rowHeight / 2;
  return { x: margin.left + (column + 0.5) * columnWidth, y: isHead ? y + 4 : y };
}

function layer(node) {
  const { x, y } = center(node);
  const joins = node.parameters === 0;
  const { width, height } = joins ? joinBox : box;
  const name = `${node.name}${node.repeats > 1 ? ` × ${node.repeats}` : ""}`;
  const channels = node.shape[2];
  const detail = joins ? `${channels} channels` : `${channels} ch · ${short(node.parameters)}`;
  return [
    `<rect class="box ${joins ? "join" : node.group}" x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="${joins ? joinBox.height / 2 : 6}"/>`,
    text(
      { x, y: y - 3, className: joins ? "mid" : `${name.length > 11 ? "long" : "name"} mid` },
      `${node.index}  ${name}`,
    ),
    text({ x, y: y + 12, className: "faint mid" }, detail),
  ].join("");
}

function arrowPath({ from, to, lane }) {
  const [a, b] = [center(from), center(to)];
  const [halfA, halfB] = [halfOf(from), halfOf(to)];
  if (lane > 0) {
    const x = margin.left + to.column * columnWidth + lanesAt.first - (lane - 1) * lanesAt.gap;
    const start = [
      [a.x - halfA.width, a.y],
      [x, a.y],
    ];
    if (!to.isHead) return path([...start, [x, b.y], [b.x - halfB.width, b.y]]);
    const top = b.y - halfB.height;
    return path([...start, [x, top - 12], [b.x - 30, top - 12], [b.x - 30, top]]);
  }
  if (from.column === to.column) {
    return path([
      [a.x, a.y + halfA.height],
      [b.x, b.y - halfB.height],
    ]);
  }
  const direction = b.x > a.x ? 1 : -1;
  const [start, end] = [a.x + direction * halfA.width, b.x - direction * halfB.width];
  if (a.y === b.y) {
    return path([
      [start, a.y],
      [end, b.y],
    ]);
  }
  const turn = end - direction * 12;
  return path([
    [start, a.y],
    [turn, a.y],
    [turn, b.y],
    [end, b.y],
  ]);
}

function halfOf(node) {
  const { width, height } = node.parameters === 0 ? joinBox : box;
  return { width: width / 2, height: height / 2 };
}

/** An arrow along points, with round corners. */
function path(points) {
  const steps = points.slice(1, -1).map(([x, y], i) => {
    const near = ([px, py]) => {
      const distance = Math.hypot(px - x, py - y);
      const share = Math.min(cornerRadius, distance / 2) / distance;
      return `${round(x + (px - x) * share)} ${round(y + (py - y) * share)}`;
    };
    return `L${near(points[i])}Q${x} ${y} ${near(points[i + 2])}`;
  });
  const [first, last] = [points[0], points.at(-1)];
  return `<path class="arrow" d="M${first.join(" ")}${steps.join("")}L${last.join(" ")}" marker-end="url(#tip)"/>`;
}

function round(value) {
  return Number(value.toFixed(2));
}

function headTop({ row }) {
  return center({ column: 0, row, isHead: true }).y - box.height / 2;
}

function headHeight(head) {
  return headText.top + headText.line * linesOf(head, head.levels[0]).length + headText.bottom;
}

/** The head across the columns that it reads, with what it has on each level. */
function drawHead({ head }) {
  const columns = head.levels.map(({ column }) => column);
  const left = margin.left + Math.min(...columns) * columnWidth + 8;
  const right = margin.left + (Math.max(...columns) + 1) * columnWidth - 8;
  const top = headTop(head);
  const twice = head.branches?.length > 1 ? " in two branches; of each:" : "";
  const name = `${head.index}  ${head.name} · ${head.nc} classes · ${short(head.parameters)}${twice}`;
  return [
    `<rect class="box head" x="${left}" y="${top}" width="${right - left}" height="${headHeight(head)}" rx="8"/>`,
    text({ x: (left + right) / 2, y: top + 18, className: "name mid" }, name),
    ...head.levels.flatMap((level) => {
      const x = margin.left + (level.column + 0.5) * columnWidth;
      return linesOf(head, level).map((line, i) =>
        text({ x, y: top + headText.top + i * headText.line, className: i % 2 === 1 ? "faint mid" : "mid" }, line),
      );
    }),
  ];
}

function linesOf(head, level) {
  if (head.family === "v5") {
    return [
      `${level.channels} → ${head.outputs}`,
      short(level.parameters),
      `${head.anchors} anchors · (5 + ${head.nc})`,
    ];
  }
  return [
    `box: ${level.channels} → ${head.c2} → ${4 * head.regMax}`,
    short(level.box),
    `class: ${level.channels} → ${head.c3} → ${head.nc}`,
    short(level.class),
  ];
}

/** 1234567 as 1.23 M parameters. */
function short(count) {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return `${Number((count / 1e3).toPrecision(3))} k`;
}

function text({ x, y, className }, content) {
  return `<text x="${x}" y="${y}"${className === undefined ? "" : ` class="${className}"`}>${escapeXml(content)}</text>`;
}

function escapeXml(content) {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
