import type { Image } from "@lookonce/image";
import { expectClose, type GoldenTensor } from "@lookonce/testing";
import { expect } from "vitest";
import type { Objects, PerspectiveDraw } from "./index.ts";

/** The golden files store images as HWC bytes in BGR (YOLOv8) or NCHW RGB from 0 to 1 (YOLOv5). */
export function goldenImage({ shape, data }: GoldenTensor): Image {
  if (shape.length === 3) {
    const [height, width] = shape as [number, number, number];
    const rgb = Uint8Array.from(data, (_, i) => data[i - (i % 3) + 2 - (i % 3)] as number);
    return { data: rgb, width, height };
  }
  const [, , height, width] = shape as [number, number, number, number];
  const bytes = Uint8Array.from({ length: data.length }, (_, i) =>
    Math.round(255 * (data[(i % 3) * height * width + Math.floor(i / 3)] as number)),
  );
  return { data: bytes, width, height };
}

/** The drawn numbers of a perspective. */
export function goldenDraw(drawn: Record<string, number>): PerspectiveDraw {
  const of = (name: string): number => drawn[name] as number;
  return {
    perspectiveX: of("perspective_x"),
    perspectiveY: of("perspective_y"),
    angle: of("angle_degrees"),
    scale: of("scale"),
    shearX: of("shear_x_degrees"),
    shearY: of("shear_y_degrees"),
    translateX: of("translate_x_fraction"),
    translateY: of("translate_y_fraction"),
  };
}

/** A tensor `[objects, points, 2]` as polygons. */
export function goldenPolygons({ shape, data }: GoldenTensor): Float32Array[] {
  const [count = 0, points = 0] = shape;
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(data.subarray(i * points * 2, (i + 1) * points * 2)),
  );
}

/** Rows of class, x1, y1, x2, y2 as objects. */
export function goldenObjects({ data }: GoldenTensor): Objects {
  const count = data.length / 5;
  return {
    boxes: Float32Array.from({ length: count * 4 }, (_, i) => data[Math.floor(i / 4) * 5 + 1 + (i % 4)] as number),
    classes: Int32Array.from({ length: count }, (_, i) => data[i * 5] as number),
  };
}

/** Rows of class, x1, y1, x2, y2. */
export function rowsOf({ boxes, classes }: Objects): number[] {
  return [...classes].flatMap((one, i) => [one, ...boxes.subarray(i * 4, i * 4 + 4)]);
}

/** The same classes and boxes within 1e-3 pixels. */
export function expectObjects(objects: Objects, rows: GoldenTensor): void {
  expect(objects.classes.length).toBe(rows.data.length / 5);
  expectClose(rowsOf(objects), rows.data, { abs: 1e-3 });
}

/** The share of bytes that differ by more than `within`, and the largest difference. */
export function difference(a: Image, b: Image, within = 1): { over: number; largest: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let over = 0;
  let largest = 0;
  a.data.forEach((value, i) => {
    const d = Math.abs(value - (b.data[i] as number));
    if (d > within) over++;
    largest = Math.max(largest, d);
  });
  return { over: over / a.data.length, largest };
}
