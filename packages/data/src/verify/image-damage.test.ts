import { encodeImage, type Image } from "@lookonce/image";
import { beforeAll, describe, expect, it } from "vitest";
import { inspectStructure } from "./image-damage.ts";

/** Not of one color, so that there is something to compress. */
const image: Image = {
  data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * i * 7 + (i >> 5)) % 256),
  width: 64,
  height: 48,
};

const bytesOf = new Map<string, Uint8Array>();
beforeAll(async () => {
  for (const extension of [".jpg", ".png", ".webp", ".tif"]) {
    bytesOf.set(extension, await encodeImage(image, extension));
  }
});

const bytes = (extension: string): Uint8Array => bytesOf.get(extension) as Uint8Array;
const changed = (extension: string, at: number, ...values: number[]): Uint8Array => {
  const copy = Uint8Array.from(bytes(extension));
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
};

describe("inspectStructure", () => {
  it("finds whole files whole, with bytes behind their end, too", () => {
    for (const extension of [".jpg", ".png", ".webp"]) {
      expect(inspectStructure(bytes(extension))).toBe("whole");
      expect(inspectStructure(Uint8Array.from([...bytes(extension), 0, 0xff, 0xd8, 7]))).toBe("whole");
    }
  });

  it("finds every file cut off, wherever that happened", () => {
    for (const extension of [".jpg", ".png", ".webp"]) {
      const all = bytes(extension);
      for (let length = 12; length < all.length; length += extension === ".jpg" && length < 800 ? 1 : 97) {
        expect(inspectStructure(all.subarray(0, length)), `${extension} ${length}`).toMatchObject({
          kind: "truncated",
        });
      }
      expect(inspectStructure(all.subarray(0, all.length - 1))).toMatchObject({ kind: "truncated" });
    }
  });

  it("finds a download that stopped and left zeros", () => {
    const half = changed(".jpg", 0);
    half.fill(0, half.length >> 1);
    expect(inspectStructure(half)).toMatchObject({ kind: "truncated" });
  });

  it("finds bytes inside that cannot be there", () => {
    expect(inspectStructure(changed(".jpg", -400, 0xff, 0x37))).toMatchObject({
      kind: "corrupt",
      reason: expect.stringMatching(/damaged inside: no marker may stand at byte \d+/),
    });
    const { length } = bytes(".png");
    for (const at of [17, length >> 1, length - 20]) {
      const before = bytes(".png")[at] as number;
      expect(inspectStructure(changed(".png", at, before ^ 1)), `byte ${at}`).toMatchObject({ kind: "corrupt" });
    }
  });

  it("leaves other formats, and garbage between segments, to a decoder", () => {
    expect(inspectStructure(bytes(".tif"))).toBe("unknown");
    expect(inspectStructure(new TextEncoder().encode("no image at all"))).toBe("unknown");
    expect(inspectStructure(Uint8Array.from([0xff, 0xd8, 1, 2, ...bytes(".jpg").subarray(2)]))).toBe("unknown");
    expect(inspectStructure(new Uint8Array(0))).toBe("unknown");
  });
});
