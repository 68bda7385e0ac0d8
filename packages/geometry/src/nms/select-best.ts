import { Candidates } from "./candidates.ts";
import type { ResolvedNmsOptions } from "./options.ts";
import type { ImagePrediction } from "./prediction.ts";
import { sortByScore } from "./sort-by-score.ts";

/**
 * Selects the candidates of an end-to-end prediction (YOLOv10, arXiv 2405.14458; Ultralytics 8.4): of the `maxSelected` anchors
 * whose best class is the most probable, as many of the best pairs of anchor and class, of which several may be of one anchor;
 * agnostic, each anchor's best class alone. Of those the ones that exceed `conf` and are of a wanted class stay.
 *
 * Best first; of equal ones the lower anchor, then the lower class comes first.
 */
export function selectBest(
  prediction: ImagePrediction,
  { conf, wanted, agnostic, maxSelected }: Pick<ResolvedNmsOptions, "conf" | "wanted" | "agnostic" | "maxSelected">,
): Candidates {
  const { data, start, anchors, allAnchors, anchorStride, channelStride, nc, hasObjectness } = prediction;
  const firstClass = start + (hasObjectness ? 5 : 4) * channelStride;
  const scoreOf = (anchor: number, label: number): number => {
    const at = anchor * anchorStride;
    const objectness = hasObjectness ? data[start + at + 4 * channelStride]! : 1;
    return Math.fround(objectness * data[firstClass + at + label * channelStride]!);
  };
  const best = Float32Array.from({ length: anchors }, (_, anchor) => scoreOf(anchor, 0));
  const labels = new Int32Array(anchors);
  for (let anchor = 0; anchor < anchors; anchor++) {
    for (let label = 1; label < nc; label++) {
      const score = scoreOf(anchor, label);
      if (score <= best[anchor]!) continue;
      best[anchor] = score;
      labels[anchor] = label;
    }
  }
  const count = Math.min(maxSelected, allAnchors);
  const chosen = sortByScore(best, count);
  const pairs = new Candidates();
  for (const anchor of chosen) {
    if (agnostic) pairs.push(anchor, labels[anchor]!, best[anchor]!);
    else for (let label = 0; label < nc; label++) pairs.push(anchor, label, scoreOf(anchor, label));
  }
  const selected = new Candidates();
  const least = Math.fround(conf);
  for (const pair of sortByScore(pairs.scores.subarray(0, pairs.count), count)) {
    const label = pairs.classes[pair]!;
    const isWanted = wanted === undefined || wanted[label] === 1;
    if (isWanted && pairs.scores[pair]! > least) selected.push(pairs.anchors[pair]!, label, pairs.scores[pair]!);
  }
  return selected;
}

/** The positions of the first `maxDet` of some candidates. */
export function firstPositions({ length }: Int32Array, { maxDet }: Pick<ResolvedNmsOptions, "maxDet">): Int32Array {
  return Int32Array.from({ length: Math.min(length, maxDet) }, (_, i) => i);
}
