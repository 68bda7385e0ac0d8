/** A number to five decimals, as JSON has coordinates (YOLOv8 8.3). */
export function fiveDigits(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
