import { type Image, imageFrom, type Size } from "@lookonce/image";
import type { Layer } from "./canvas.ts";
import { drawSvg, svgSize } from "./draw-svg.web.ts";

type Context = OffscreenCanvasRenderingContext2D;

/** An image, or a canvas of one color (`#rrggbb`), with layers drawn on it, one above the other. */
export async function compose(ground: Image | (Size & { color: string }), layers: readonly Layer[]): Promise<Image> {
  const context = openCanvas(ground);
  if ("data" in ground) await drawImage(context, { image: ground, place: { x: 0, y: 0, ...sizeOf(ground) } });
  else fill(context, ground.color);
  for (const layer of layers) {
    if ("svg" in layer) drawSvg(context, layer.svg);
    else await drawImage(context, layer);
  }
  return imageFrom(context.canvas);
}

/** An SVG as a PNG on a color. */
export async function renderPng(svg: string, color: string): Promise<Uint8Array> {
  const context = openCanvas(svgSize(svg));
  fill(context, color);
  drawSvg(context, svg);
  return new Uint8Array(await (await context.canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function openCanvas({ width, height }: Size): Context {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error(`this browser has no canvas of ${width} × ${height} pixels`);
  return context;
}

function fill(context: Context, color: string): void {
  context.fillStyle = color;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

async function drawImage(context: Context, { image, place }: Extract<Layer, { image: Image }>): Promise<void> {
  const { data, width, height } = image;
  const rgba = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba.data[to] = data[from] as number;
    rgba.data[to + 1] = data[from + 1] as number;
    rgba.data[to + 2] = data[from + 2] as number;
    rgba.data[to + 3] = 255;
  }
  const bitmap = await createImageBitmap(rgba);
  // Enlarged images show their pixels as they are.
  context.imageSmoothingEnabled = place.width <= width;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, place.x, place.y, place.width, place.height);
  bitmap.close();
}
