/** Weights of average precisions in the fitness. */
export interface FitnessWeights {
  map50: number;
  map50_95: number;
}

/** What a model is judged by; 0.1 · mAP50 + 0.9 · mAP50-95 with the weights of YOLOv5 and YOLOv8. */
export function fitness(
  scores: { map50: number; map50_95: number },
  weights: FitnessWeights = { map50: 0.1, map50_95: 0.9 },
): number {
  return weights.map50 * scores.map50 + weights.map50_95 * scores.map50_95;
}
