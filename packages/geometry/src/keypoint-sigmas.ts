/** COCO's constants of its 17 keypoints: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, in pairs. */
const coco = [
  0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
];

/**
 * How exactly keypoints can be labeled, σ of object keypoint similarity: COCO's constants for its keypoints with visibility,
 * [17, 3], otherwise 1/K for each of K (YOLOv8 8.3).
 *
 * @param shape K, and the values of a keypoint: 2, or 3 with visibility
 */
export function keypointSigmas([count, dimensions]: readonly [count: number, dimensions: number]): Float32Array {
  if (count === coco.length && dimensions === 3) return Float32Array.from(coco);
  return new Float32Array(count).fill(1 / count);
}
