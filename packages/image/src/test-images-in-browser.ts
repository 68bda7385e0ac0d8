import { encodeImage, type Image, imageFrom, type ReadImageOptions, readImage, readImageHeader } from "./index.ts";

/** An image as JSON has it: its pixels in base64. */
export interface SentImage extends Omit<Image, "data"> {
  data: string;
}

/** Bytes from base64. */
function received(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function sent(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** Reads a file; what is thrown becomes its code and message. */
export async function read(file: string, options: ReadImageOptions = {}): Promise<SentImage | { error: string }> {
  try {
    const image = await readImage(new Blob([received(file)]), options);
    return { ...image, data: sent(image.data) };
  } catch (error) {
    return { error: `${(error as { code?: string }).code}: ${(error as Error).message}` };
  }
}

/** {@link read} in a worker. */
export function readInWorker(file: string): Promise<SentImage | { error: string }> {
  const worker = new Worker("/entry.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(file);
  }).finally(() => worker.terminate()) as Promise<SentImage>;
}

if (typeof document === "undefined") {
  addEventListener("message", ({ data }) => void read(data).then(postMessage));
}

export async function header(file: string): Promise<unknown> {
  return readImageHeader(received(file));
}

/** The bytes of a file, or the code of what was thrown. */
export async function encode(image: SentImage, extension: string): Promise<string> {
  try {
    return sent(await encodeImage({ ...image, data: received(image.data) }, extension));
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

/** The same pixels, two rows of three, as everything that a page may have them as. */
export async function pixelsOfAllKinds(): Promise<Record<string, SentImage>> {
  const rgba = Uint8ClampedArray.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 255 : i * 10));
  const data = new ImageData(rgba, 3, 2);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [3, 2];
  // vocabulary-allow: put
  canvas.getContext("2d")?.putImageData(data, 0, 0);
  const offscreen = new OffscreenCanvas(3, 2);
  // vocabulary-allow: put
  offscreen.getContext("2d")?.putImageData(data, 0, 0);
  const element = new Image();
  element.src = canvas.toDataURL();
  await element.decode();
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const kinds = {
    ImageData: imageFrom(data),
    RawPixels: imageFrom({ data: rgba, width: 3, height: 2, channels: 4 }),
    ImageBitmap: imageFrom(await createImageBitmap(data)),
    OffscreenCanvas: imageFrom(offscreen),
    HTMLCanvasElement: imageFrom(canvas),
    HTMLImageElement: imageFrom(element),
    VideoFrame: imageFrom(frame),
  };
  frame.close();
  return Object.fromEntries(Object.entries(kinds).map(([name, image]) => [name, { ...image, data: sent(image.data) }]));
}

/** What is said of things without pixels: a closed bitmap, a video that was not loaded. */
export async function withoutPixels(): Promise<string[]> {
  const bitmap = await createImageBitmap(new ImageData(3, 2));
  bitmap.close();
  return [bitmap, document.createElement("video")].map((source) => {
    try {
      return `${imageFrom(source).width}`;
    } catch (error) {
      return `${(error as { code?: string }).code}: ${(error as Error).message}`;
    }
  });
}
