import type { DetectionModel } from "@lookonce/nn";

/** An image's side as the model accepts it: rounded up to a multiple of its stride, which `log` reports. */
export function fitSide(imgsz: number, { step }: DetectionModel, log: (line: string) => void): number {
  const side = Math.max(step, Math.ceil(imgsz / step) * step);
  if (side !== imgsz) log(`imgsz ${imgsz} is not a multiple of the model's stride ${step}: ${side} is used`);
  return side;
}
