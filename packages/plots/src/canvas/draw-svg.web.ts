import type { Size } from "@lookonce/image";

type Context = OffscreenCanvasRenderingContext2D;
type Attributes = Readonly<Record<string, string>>;

/** An element's begin or end, and a text within one; this package writes no others. */
const parts = /<(\/?)([a-z]+)((?: [\w-]+="[^"]*")*)(\/?)>|([^<]+)/g;
const attribute = / ([\w-]+)="([^"]*)"/g;

/** The size of an SVG's canvas, in pixels. */
export function svgSize(svg: string): Size {
  const { width, height } = attributesOf(svg.slice(0, svg.indexOf(">")));
  return { width: Number(width), height: Number(height) };
}

/**
 * Draws an SVG of this package: no worker of a browser's can decode one. It knows what this package writes.
 *
 * @throws Error for an element or attribute that it does not know
 */
export function drawSvg(context: Context, svg: string): void {
  const open: Attributes[] = [];
  for (const [whole, slash, name = "", attributes = "", isEmpty, letters] of svg.matchAll(parts)) {
    if (letters !== undefined) drawText(context, open.at(-1) ?? {}, letters);
    else if (slash) end(context, open);
    else if (drawers[name] === undefined) throw new Error(`unknown element ${whole}`);
    else {
      const read = attributesOf(attributes);
      context.save();
      enter(context, read);
      drawers[name](context, read);
      open.push(read);
      if (isEmpty) end(context, open);
    }
  }
}

function end(context: Context, open: Attributes[]): void {
  open.pop();
  context.restore();
}

function attributesOf(text: string): Attributes {
  const read: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(attribute)) read[name] = value;
  return read;
}

/** Attributes that every element may have. */
function enter(context: Context, { transform = "", opacity }: Attributes): void {
  if (opacity !== undefined) context.globalAlpha *= Number(opacity);
  for (const [, kind, numbers = ""] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [first = 0, second = 0] = numbersOf(numbers);
    if (kind === "translate") context.translate(first, second);
    else if (kind === "rotate") context.rotate((first * Math.PI) / 180);
    else throw new Error(`unknown transform ${transform}`);
  }
}

const drawers: Readonly<Record<string, (context: Context, attributes: Attributes) => void>> = {
  svg(context, attributes) {
    const [, , width, height] = numbersOf(attributes.viewBox ?? "");
    if (width && height) context.scale(Number(attributes.width) / width, Number(attributes.height) / height);
  },
  g() {},
  text() {},
  rect(context, attributes) {
    const path = new Path2D();
    const [x, y, width, height] = places(attributes, "x", "y", "width", "height") as [number, number, number, number];
    path.roundRect(x, y, width, height, Number(attributes.rx ?? 0));
    paint(context, path, attributes);
  },
  circle(context, attributes) {
    const path = new Path2D();
    const [x, y, radius] = places(attributes, "cx", "cy", "r") as [number, number, number];
    path.arc(x, y, radius, 0, 2 * Math.PI);
    paint(context, path, attributes);
  },
  line(context, attributes) {
    const [x1, y1, x2, y2] = places(attributes, "x1", "y1", "x2", "y2");
    paint(context, new Path2D(`M${x1} ${y1}L${x2} ${y2}`), attributes);
  },
  path(context, attributes) {
    paint(context, new Path2D(attributes.d), attributes);
  },
  polyline(context, attributes) {
    paint(context, new Path2D(`M${attributes.points}`), attributes);
  },
  polygon(context, attributes) {
    paint(context, new Path2D(`M${attributes.points}Z`), attributes);
  },
};

function places(attributes: Attributes, ...names: string[]): number[] {
  return names.map((name) => Number(attributes[name] ?? 0));
}

function numbersOf(text: string): number[] {
  return text.split(/[ ,]+/).map(Number);
}

/** Fills a path, and draws its line; SVG fills with black where nothing else is said. */
function paint(context: Context, path: Path2D, attributes: Attributes): void {
  const { fill = "#000", stroke = "none", ...rest } = attributes;
  const alpha = context.globalAlpha;
  if (fill !== "none") {
    context.fillStyle = fill;
    context.globalAlpha = alpha * Number(rest["fill-opacity"] ?? 1);
    context.fill(path, rest["fill-rule"] === "evenodd" ? "evenodd" : "nonzero");
  }
  if (stroke !== "none") {
    context.strokeStyle = stroke;
    context.lineWidth = Number(rest["stroke-width"] ?? 1);
    context.lineJoin = (rest["stroke-linejoin"] ?? "miter") as CanvasLineJoin;
    context.lineCap = (rest["stroke-linecap"] ?? "butt") as CanvasLineCap;
    context.miterLimit = 4;
    context.setLineDash(rest["stroke-dasharray"] === undefined ? [] : numbersOf(rest["stroke-dasharray"]));
    context.globalAlpha = alpha * Number(rest["stroke-opacity"] ?? 1);
    context.stroke(path);
  }
}

function drawText(context: Context, attributes: Attributes, letters: string): void {
  context.fillStyle = attributes.fill ?? "#000";
  context.font = attributes.font ?? "";
  context.fillText(unescaped(letters), 0, 0);
}

const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity] as string);
}
