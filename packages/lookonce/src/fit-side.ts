import { defaultImgsz } from "@lookonce/config";
import type { DetectionModel } from "@lookonce/nn";

/** An image's side as the model accepts it: rounded up to a multiple of its stride, which `log` reports. */
export function fitSide(
  imgsz: number | undefined,
  { maxStride, task }: Pick<DetectionModel, "maxStride" | "task">,
  log: (line: string) => void,
): number {
  const wanted = imgsz ?? defaultImgsz(task);
  const side = Math.max(maxStride, Math.ceil(wanted / maxStride) * maxStride);
  if (side !== wanted) log(`imgsz ${wanted} is not a multiple of the model's stride ${maxStride}: ${side} is used`);
  return side;
}
