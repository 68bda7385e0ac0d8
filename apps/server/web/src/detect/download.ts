import type { FoundBox } from "../api/types.ts";
import { classColor, classTextColor } from "./class-color.ts";

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
  for (const box of [...boxes].reverse()) drawBox(context, box, { line, width });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("This browser cannot write an image of this size.");
  return blob;
}

function drawBox(context: CanvasRenderingContext2D, box: FoundBox, size: { line: number; width: number }): void {
  const { x1, y1, x2, y2, name, confidence } = box;
  const { line, width } = size;
  const text = `${name} ${confidence.toFixed(2)}`;
  const letters = line * 5 + 4;
  context.lineWidth = line;
  context.strokeStyle = classColor(box.class);
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
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
