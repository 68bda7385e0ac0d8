/** Keypoints of objects in one image, and what they are compared by. */
export interface KeypointPairs {
  /** [detections, K, values]: x, y in pixels, and perhaps a visibility. */
  predicted: Float32Array;
  /** Values of a predicted point. */
  values: number;
  /** [labels, K, 3]: x, y in the same pixels, visibility: 0 for points without a label. */
  labeled: Float32Array;
  /** Of each label the area that distances are relative to, in square pixels. */
  areas: ArrayLike<number>;
  /** Of each point how far off labels are, relative to the object's size. */
  sigmas: Float32Array;
}

/** Keeps quotients finite; the value that YOLOv8 (8.3) uses. */
const epsilon = 1e-7;

/**
 * Object keypoint similarity (COCO's OKS) of each detection with each label, [detections, labels]: the mean over the labeled
 * points of e^(−d² / ((2σ)² · area · 2)); 0 for a label without points.
 */
export function keypointSimilarity({ predicted, values, labeled, areas, sigmas }: KeypointPairs): Float32Array {
  const points = sigmas.length;
  const labels = labeled.length / (3 * points);
  const detections = predicted.length / (values * points);
  const similarities = new Float32Array(detections * labels);
  for (let d = 0; d < detections; d++) {
    for (let l = 0; l < labels; l++) {
      let [sum, count] = [0, 0];
      for (let k = 0; k < points; k++) {
        const at = (l * points + k) * 3;
        if (labeled[at + 2] === 0) continue;
        const own = (d * points + k) * values;
        const dx = (predicted[own] as number) - (labeled[at] as number);
        const dy = (predicted[own + 1] as number) - (labeled[at + 1] as number);
        const spread = (2 * (sigmas[k] as number)) ** 2 * ((areas[l] as number) + epsilon) * 2;
        sum += Math.exp(-(dx * dx + dy * dy) / spread);
        count++;
      }
      similarities[d * labels + l] = sum / (count + epsilon);
    }
  }
  return similarities;
}
