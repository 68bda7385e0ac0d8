import type { LayerSummary } from "@lookonce/yolo";

/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Three digits, as short as they can be. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A shape as height×width×channels. */
export function shape(sides: readonly number[]): string {
  return sides.join("×");
}

/** The output of a layer: one shape, or one a level. */
export function outputs(layer: LayerSummary): string[] {
  return Array.isArray(layer.shape[0]) ? (layer.shape as number[][]).map(shape) : [shape(layer.shape as number[])];
}

/** Arguments as model files write them, without quotes: [64, 3, 2], [null, 2, nearest], [80, {c2: 80}]. */
export function argument(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(argument).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${key}: ${argument(item)}`);
  return `{${pairs.join(", ")}}`;
}
