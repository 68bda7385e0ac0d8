import type { FoundBox } from "../api/types.ts";
import { classColor, classTextColor } from "./class-color.ts";
import { isSeen, limbsOf, outlineOf, pointColor } from "./shapes.ts";

/** Hands a file to the person. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An image in its own size with the boxes drawn into it, as PNG. */
export async function drawAnnotated(
  image: CanvasImageSource,
  { width, height, boxes }: { width: number; height: number; boxes: readonly FoundBox[] },
): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw an image of this size.");
  context.drawImage(image, 0, 0, width, height);
  const line = Math.max(2, Math.round((width + height) / 600));
  // The best boxes are drawn last, on top.
  const drawn = [...boxes].reverse();
  for (const box of drawn) drawShapes(context, box, line);
  for (const box of drawn) drawBox(context, box, { line, width });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("This browser cannot write an image of this size.");
  return blob;
}

/** A mask, a turned box, or the points of an object. */
function drawShapes(context: CanvasRenderingContext2D, box: FoundBox, line: number): void {
  const path = new Path2D();
  for (const [x, y] of outlineOf(box)) path.lineTo(x, y);
  path.closePath();
  context.lineWidth = line;
  context.strokeStyle = classColor(box.class);
  context.fillStyle = classColor(box.class);
  context.globalAlpha = box.obb === undefined ? 0.42 : 0;
  context.fill(path);
  context.globalAlpha = 1;
  context.stroke(path);
  const { keypoints } = box;
  if (keypoints === undefined) return;
  const { x, y } = keypoints;
  for (const { ends, color } of limbsOf(keypoints)) {
    context.strokeStyle = color;
    context.beginPath();
    for (const end of ends) context.lineTo(x[end] ?? 0, y[end] ?? 0);
    context.stroke();
  }
  x.forEach((at, k) => {
    if (!isSeen(keypoints, k)) return;
    context.fillStyle = pointColor(x.length, k);
    context.beginPath();
    context.arc(at, y[k] ?? 0, 1.3 * line, 0, 2 * Math.PI);
    context.fill();
  });
}

function drawBox(context: CanvasRenderingContext2D, box: FoundBox, size: { line: number; width: number }): void {
  const { x1, y1, x2, y2, name, confidence } = box;
  const { line, width } = size;
  const text = `${name} ${confidence.toFixed(2)}`;
  const letters = line * 5 + 4;
  context.lineWidth = line;
  context.strokeStyle = classColor(box.class);
  if (box.obb === undefined) context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.font = `600 ${letters}px system-ui, sans-serif`;
  const labelWidth = context.measureText(text).width + letters * 0.7;
  const labelHeight = letters * 1.4;
  const left = Math.max(0, Math.min(x1 - line / 2, width - labelWidth));
  const top = y1 - labelHeight >= 0 ? y1 - labelHeight : y1;
  context.fillStyle = classColor(box.class);
  context.fillRect(left, top, labelWidth, labelHeight);
  context.fillStyle = classTextColor(box.class);
  context.textBaseline = "middle";
  context.fillText(text, left + letters * 0.35, top + labelHeight / 2);
}
