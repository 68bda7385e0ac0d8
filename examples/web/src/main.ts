import { type Detection, Detector } from "./detector.ts";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const status = element("status");
const canvas = element<HTMLCanvasElement>("image");
const found = element("found");

const detector = Detector.load("model/model.onnx");
detector.then(
  () => (status.textContent = "Ready."),
  (error) => (status.textContent = `The model cannot be loaded: ${error.message}`),
);

element<HTMLInputElement>("file").addEventListener("change", ({ currentTarget }) => {
  look((currentTarget as HTMLInputElement).files?.[0]);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  look(event.dataTransfer?.files[0]);
});

async function look(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    status.textContent = "Looking …";
    found.replaceChildren();
    const context = await show(file);
    const start = performance.now();
    const detections = await (await detector).detect(pixels(context));
    status.textContent = `Found ${detections.length} in ${Math.round(performance.now() - start)} ms.`;
    for (const detection of detections) {
      draw(context, detection);
      const item = document.createElement("li");
      item.textContent = `${detection.name} ${detection.confidence.toFixed(2)}`;
      item.dataset.detection = JSON.stringify(detection);
      found.append(item);
    }
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** Draws the image in its own size, the right way up. */
async function show(file: File): Promise<CanvasRenderingContext2D> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new Error(`${file.name} is no image that this browser can read.`);
  });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.hidden = false;
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  return context;
}

/** RGB without the canvas's fourth channel. */
function pixels(context: CanvasRenderingContext2D): { data: Uint8Array; width: number; height: number } {
  const { width, height } = context.canvas;
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) data[i * 3 + channel] = rgba[i * 4 + channel] as number;
  }
  return { data, width, height };
}

function draw(context: CanvasRenderingContext2D, { x1, y1, x2, y2, ...detection }: Detection): void {
  const color = `oklch(0.72 0.19 ${(29 + detection.class * 137.508) % 360})`;
  const line = Math.max(2, Math.round((context.canvas.width + context.canvas.height) / 600));
  const text = `${detection.name} ${detection.confidence.toFixed(2)}`;
  const letters = line * 6;
  context.lineWidth = line;
  context.strokeStyle = color;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.font = `600 ${letters}px system-ui, sans-serif`;
  context.fillStyle = color;
  const top = Math.max(0, y1 - letters * 1.4);
  context.fillRect(x1, top, context.measureText(text).width + letters * 0.6, letters * 1.4);
  context.fillStyle = "#000";
  context.textBaseline = "middle";
  context.fillText(text, x1 + letters * 0.3, top + letters * 0.7);
}
