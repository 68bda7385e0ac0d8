import type { DetectionModel } from "@lookonce/nn";

/** An image's side as the model accepts it: rounded up to a multiple of its stride, which `log` reports. */
export function fitSide(imgsz: number, { maxStride }: DetectionModel, log: (line: string) => void): number {
  const side = Math.max(maxStride, Math.ceil(imgsz / maxStride) * maxStride);
  if (side !== imgsz) log(`imgsz ${imgsz} is not a multiple of the model's stride ${maxStride}: ${side} is used`);
  return side;
}
