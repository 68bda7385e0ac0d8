/** What a model is judged by: 0.1 · mAP50 + 0.9 · mAP50-95, the weights of YOLOv5 and YOLOv8. */
export function fitness(scores: { map50: number; map50_95: number }): number {
  return 0.1 * scores.map50 + 0.9 * scores.map50_95;
}
