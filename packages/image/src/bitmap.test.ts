import { LookonceError } from "@lookonce/errors";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { readImage, readImageHeader } from "./index.ts";

/** Rows of red, green, blue from the top. */
const pixels = [
  [255, 0, 0, 0, 255, 0, 0, 0, 255],
  [10, 20, 30, 40, 50, 60, 70, 80, 90],
];

/** A bitmap of 3 × 2 pixels with 24 bits each, as Windows writes it: blue first, rows from the bottom and padded to 4 bytes. */
function bitmap({ fromTop = false } = {}): Uint8Array {
  const bytes = new Uint8Array(54 + 2 * 12);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 3, true);
  view.setInt32(22, fromTop ? -2 : 2, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  (fromTop ? pixels : pixels.toReversed()).forEach((row, y) => {
    for (let x = 0; x < 3; x++) bytes.set(row.slice(3 * x, 3 * x + 3).reverse(), 54 + 12 * y + 3 * x);
  });
  return bytes;
}

describe("bitmaps", () => {
  it.each([{ fromTop: false }, { fromTop: true }])("are read, rows in either order (%o)", async (order) => {
    expect(await readImage(bitmap(order))).toEqual({ width: 3, height: 2, data: Uint8Array.from(pixels.flat()) });
    expect(await readImageHeader(bitmap(order))).toEqual({ width: 3, height: 2, orientation: 1, format: "bmp" });
  });

  it("are refused when cut off or damaged", async () => {
    for (const bytes of [bitmap().subarray(0, 60), bitmap().fill(0xff, 14, 18)]) {
      const error = await readImage(bytes).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(LookonceError);
      expect((error as LookonceError).code).toBe("FORMAT");
    }
  });
});

describe("the decoder of bitmaps", () => {
  it("is loaded for the first of them, not with the package", async () => {
    let isLoaded = false;
    vi.doMock("@napi-rs/image", (original) => {
      isLoaded = true;
      return original();
    });
    onTestFinished(() => void vi.doUnmock("@napi-rs/image"));
    vi.resetModules();
    const image = await import("./index.ts");
    expect(isLoaded).toBe(false);
    await image.readImage(bitmap());
    expect(isLoaded).toBe(true);
  });
});

describe("HEIC", () => {
  it("is refused with what to do", async () => {
    const head = Uint8Array.from(Buffer.from("\0\0\0\x18ftypheic\0\0\0\0heicmif1", "latin1"));
    await expect(readImage(head)).rejects.toThrow(/HEIC image.*convert it to JPEG/);
    await expect(readImageHeader(head)).rejects.toThrow(/HEIC image/);
  });
});
