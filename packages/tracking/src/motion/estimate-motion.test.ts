import { fileURLToPath } from "node:url";
import { readImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { Tracker } from "../tracker.ts";
import { estimateMotion } from "./estimate-motion.ts";
import { grayFrame, type RgbFrame } from "./gray-frame.ts";

const photograph = await readImage(fileURLToPath(new URL("../../../export/images/coffee.jpg", import.meta.url)));

interface View {
  /** Of the camera: turn in degrees, zoom, and where its center is, in pixels of the photograph. */
  turn?: number;
  zoom?: number;
  x?: number;
  y?: number;
}

const [width, height] = [400, 280];

/** The matrix from a view's pixels, measured from edges, to the photograph's. */
function matrixOf({ turn = 0, zoom = 1, x = 300, y = 200 }: View): [number, number, number, number, number, number] {
  const [c, s] = [Math.cos((turn * Math.PI) / 180) / zoom, Math.sin((turn * Math.PI) / 180) / zoom];
  return [c, -s, x - c * (width / 2) + s * (height / 2), s, c, y - s * (width / 2) - c * (height / 2)];
}

function apply(m: ArrayLike<number>, [x, y]: readonly [number, number]): [number, number] {
  return [m[0]! * x + m[1]! * y + m[2]!, m[3]! * x + m[4]! * y + m[5]!];
}

/** What the camera sees of the photograph. */
function seen(view: View): RgbFrame {
  const data = new Uint8Array(3 * width * height);
  const m = matrixOf(view);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = apply(m, [x + 0.5, y + 0.5]);
      const [left, top] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
      const [fx, fy] = [u - 0.5 - left, v - 0.5 - top];
      for (let k = 0; k < 3; k++, to++) {
        const pixel = (dx: number, dy: number): number =>
          photograph.data[3 * ((top + dy) * photograph.width + left + dx) + k] ?? 0;
        data[to] = Math.round(
          (1 - fy) * ((1 - fx) * pixel(0, 0) + fx * pixel(1, 0)) + fy * ((1 - fx) * pixel(0, 1) + fx * pixel(1, 1)),
        );
      }
    }
  }
  return { data, width, height };
}

/** Twice as wide and high, so that gray frames average blocks of pixels. */
function doubled({ data, width, height }: RgbFrame): RgbFrame {
  const large = new Uint8Array(12 * width * height);
  for (let y = 0, to = 0; y < 2 * height; y++) {
    for (let x = 0; x < 2 * width; x++) {
      for (let k = 0; k < 3; k++, to++) large[to] = data[3 * ((y >> 1) * width + (x >> 1)) + k]!;
    }
  }
  return { data: large, width: 2 * width, height: 2 * height };
}

const corners = [
  [20, 20],
  [width - 20, 20],
  [20, height - 20],
  [width - 20, height - 20],
] as const;

/** By how many pixels a motion is off at the corners of a view, at most. */
function miss(motion: ArrayLike<number> | undefined, before: View, after: View, scale = 1): number {
  if (motion === undefined) return Number.POSITIVE_INFINITY;
  const [from, to] = [matrixOf(before), matrixOf(after)];
  const determinant = to[0] * to[4] - to[1] * to[3];
  return Math.max(
    ...corners.map((corner) => {
      const [u, v] = apply(from, corner);
      const [dx, dy] = [u - to[2], v - to[5]];
      const wanted = [(to[4] * dx - to[1] * dy) / determinant, (to[0] * dy - to[3] * dx) / determinant] as const;
      const [x, y] = apply(motion, [scale * corner[0], scale * corner[1]]);
      return Math.hypot(x / scale - wanted[0], y / scale - wanted[1]);
    }),
  );
}

const moves: readonly (readonly [string, View])[] = [
  ["nothing", {}],
  ["a shift by parts of a pixel", { x: 300.4, y: 199.3 }],
  ["a shift", { x: 311, y: 194.5 }],
  ["a wide shift", { x: 335, y: 180 }],
  ["a turn", { turn: 3 }],
  ["a zoom", { zoom: 1.04 }],
  ["all of them", { turn: -2, zoom: 0.97, x: 292, y: 206 }],
];

describe("estimateMotion", () => {
  const before = seen({});

  it.each(moves)("finds %s to a fifth of a pixel", (_, view) => {
    const motion = estimateMotion(grayFrame(before), grayFrame(seen(view)));
    expect(miss(motion, {}, view)).toBeLessThan(0.2);
  });

  it("measures in the frame's pixels where gray frames are smaller", () => {
    const view = { turn: 1, x: 306, y: 203 };
    const [first, second] = [grayFrame(doubled(before)), grayFrame(doubled(seen(view)))];
    expect([first.width, first.height, first.scale]).toEqual([400, 280, 2]);
    expect(miss(estimateMotion(first, second), {}, view, 2)).toBeLessThan(0.1);
    // A frame that was itself made smaller when it was read
    const halved = estimateMotion(grayFrame(before, 800), grayFrame(seen(view), 800));
    expect(miss(halved, {}, view, 2)).toBeLessThan(0.1);
  });

  it("does not count objects that move by themselves, noise, and light that changes", () => {
    const view = { turn: 1, x: 306, y: 203 };
    const after = seen(view);
    const rng = new Random(1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let k = 0; k < 3; k++) {
          const at = 3 * (y * width + x) + k;
          // A quarter of the image moves the other way
          const object = x > 100 && x < 300 && y > 70 && y < 210 ? before.data[at - 3 * 12]! : after.data[at]!;
          after.data[at] = Math.min(255, Math.max(0, Math.round(0.97 * object + 3 + rng.normal(0, 2))));
        }
      }
    }
    expect(miss(estimateMotion(grayFrame(before), grayFrame(after)), {}, view)).toBeLessThan(0.3);
  });

  it("says nothing after a cut, of flat frames, and between frames of different sizes", () => {
    const [gray, flat] = [grayFrame(before), grayFrame({ data: new Uint8Array(3 * width * height), width, height })];
    const mirrored = { ...gray, data: Uint8Array.from(gray.data).reverse() };
    expect(estimateMotion(gray, mirrored)).toBeUndefined();
    expect(estimateMotion(flat, flat)).toBeUndefined();
    expect(estimateMotion(gray, flat)).toBeUndefined();
    expect(estimateMotion(gray, grayFrame(doubled(before)))).toBeUndefined();
    const pixel = grayFrame({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1 });
    expect(estimateMotion(pixel, pixel)).toBeUndefined();
  });

  it("lets BoT-SORT keep identities though the camera moves", () => {
    // Three cups on the table, in the photograph's pixels; the camera jumps by more than they are wide
    const objects = [
      [230, 150],
      [300, 220],
      [370, 180],
    ] as const;
    const views = [-1, 1].map((way) => {
      const [x, y] = [300 + 18 * way, 200 - 8 * way];
      return { x, y, gray: grayFrame(seen({ x, y })) };
    });
    const follow = (estimates: boolean): string[] => {
      const tracker = new Tracker({ tracker_type: "botsort" });
      return Array.from({ length: 8 }, (_, i) => {
        const [view, last] = [views[i % 2]!, views[(i + 1) % 2]!];
        const warp = estimates && i > 0 ? estimateMotion(last.gray, view.gray) : undefined;
        const boxes = objects.flatMap(([x, y]) => {
          const [left, top] = [x - view.x + width / 2, y - view.y + height / 2];
          return [left - 10, top - 10, left + 10, top + 10];
        });
        const given = { boxes, scores: [0.9, 0.9, 0.9], classes: [0, 0, 0] };
        return tracker.update(given, warp === undefined ? {} : { warp }).ids.join();
      });
    };
    expect(follow(true)).toEqual(new Array(8).fill("1,2,3"));
    expect(follow(false)).not.toEqual(follow(true));
  });

  it("refuses frames that are not as large as they say", () => {
    expect(() => grayFrame({ data: Uint8Array.of(1, 2, 3), width: 2, height: 1 })).toThrow(
      "of 2 × 1 has 6 bytes, not 3",
    );
  });
});
