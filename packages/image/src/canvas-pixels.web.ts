import { LookonceError } from "@lookonce/errors";
import type { Image, Size } from "./image.ts";

/** RGB that a canvas showed, and whether nothing of it was transparent. */
interface DrawnPixels {
  image: Image;
  isOpaque: boolean;
}

/** Most pixels that are drawn at once: canvases are bounded in their sides and area, and differently in each browser. */
const pixelsAtOnce = 2 ** 22;

/**
 * Reads the pixels of whatever a canvas can draw, strip by strip. Where it is transparent colors are rounded, since a canvas stores
 * them multiplied by alpha.
 *
 * @throws LookonceError as {@link openCanvas}
 * @throws DOMException `SecurityError` when it is of another origin, `InvalidStateError` when it is closed or has no pixels yet
 */
export function readDrawn(source: CanvasImageSource, { width, height }: Size): DrawnPixels {
  const rows = Math.min(height, Math.max(1, Math.floor(pixelsAtOnce / width)));
  const context = openCanvas({ width, height: rows });
  const data = new Uint8Array(width * height * 3);
  let isOpaque = true;
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    // Nothing of the strip before shines through
    if (top > 0) context.clearRect(0, 0, width, rows);
    context.drawImage(source, 0, -top);
    const strip = context.getImageData(0, 0, width, count).data;
    isOpaque = withoutAlpha(strip, data.subarray(top * width * 3, (top + count) * width * 3)) && isOpaque;
  }
  return { image: { data, width, height }, isOpaque };
}

/**
 * Opens a canvas in the processor's memory, for pixels that are read or written once.
 *
 * @throws LookonceError `UNSUPPORTED` when the browser has no canvas of that size
 */
export function openCanvas({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context !== null) return context;
  throw new LookonceError(
    "UNSUPPORTED",
    `This browser has no canvas of ${width} × ${height} pixels: shrink the image first.`,
  );
}

/** A canvas that shows an image. */
export function imageCanvas({ data, width, height }: Image): OffscreenCanvas {
  const context = openCanvas({ width, height });
  const rows = Math.min(height, Math.max(1, Math.floor(pixelsAtOnce / width)));
  const strip = new ImageData(width, rows);
  strip.data.fill(255);
  for (let top = 0; top < height; top += rows) {
    const end = Math.min(height, top + rows) * width * 3;
    for (let from = top * width * 3, to = 0; from < end; from += 3, to += 4) {
      strip.data[to] = data[from] as number;
      strip.data[to + 1] = data[from + 1] as number;
      strip.data[to + 2] = data[from + 2] as number;
    }
    // vocabulary-allow: put
    context.putImageData(strip, 0, top);
  }
  return context.canvas;
}

/** Copies RGBA as RGB; returns whether all of it was opaque. */
function withoutAlpha(rgba: Uint8Array | Uint8ClampedArray, rgb: Uint8Array): boolean {
  // A pixel at once: red is its lowest byte, on every machine that has a browser
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);
  let all = -1;
  for (let from = 0, to = 0; to < rgb.length; from++, to += 3) {
    const pixel = pixels[from] as number;
    rgb[to] = pixel;
    rgb[to + 1] = pixel >>> 8;
    rgb[to + 2] = pixel >>> 16;
    all &= pixel;
  }
  return all >>> 24 === 255;
}

/**
 * Reads a bitmap's pixels as they are. Colors below transparent pixels go through WebGL, which does not multiply them by alpha;
 * where a browser has none they are what {@link readDrawn} returns.
 */
export async function readBitmap(bitmap: ImageBitmap): Promise<Image> {
  const { image, isOpaque } = readDrawn(bitmap, bitmap);
  if (!isOpaque) await readBelowAlpha(bitmap, image);
  return image;
}

/** Side of a part that every WebGL has as a texture, in pixels. */
const textureSide = 2048;

/** Replaces colors by those that a bitmap has below its alpha. */
async function readBelowAlpha(bitmap: ImageBitmap, image: Image): Promise<void> {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl");
  if (gl === null) return;
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  for (let top = 0; top < bitmap.height; top += textureSide) {
    for (let left = 0; left < bitmap.width; left += textureSide) {
      const [width, height] = [Math.min(textureSide, bitmap.width - left), Math.min(textureSide, bitmap.height - top)];
      const part = await createImageBitmap(bitmap, left, top, width, height, asStored);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, part);
      part.close();
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, boundTexture(gl), 0);
      const rgba = new Uint8Array(width * height * 4);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
      const rgb = new Uint8Array(width * height * 3);
      withoutAlpha(rgba, rgb);
      for (let y = 0; y < height; y++) {
        image.data.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * image.width + left) * 3);
      }
    }
  }
  // Browsers have few of them
  gl.getExtension("WEBGL_lose_context")?.loseContext();
}

function boundTexture(gl: WebGLRenderingContext): WebGLTexture | null {
  return gl.getParameter(gl.TEXTURE_BINDING_2D);
}

/** Pixels as a file has them: neither multiplied by alpha nor converted to another color space. */
export const asStored = { premultiplyAlpha: "none", colorSpaceConversion: "none" } as const;
