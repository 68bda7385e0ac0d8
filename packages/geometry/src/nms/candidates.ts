import type { ResolvedNmsOptions } from "./options.ts";
import type { ImagePrediction } from "./prediction.ts";

/** Pairs of anchor and class that passed the confidence threshold, in the order they were met. */
export class Candidates {
  count = 0;
  scores: Float32Array = new Float32Array(256);
  anchors: Int32Array = new Int32Array(256);
  classes: Int32Array = new Int32Array(256);

  push(anchor: number, label: number, score: number): void {
    if (this.count === this.anchors.length) this.#grow();
    this.scores[this.count] = score;
    this.anchors[this.count] = anchor;
    this.classes[this.count++] = label;
  }

  #grow(): void {
    const { scores, anchors, classes } = this;
    const size = anchors.length * 4;
    this.scores = new Float32Array(size);
    this.scores.set(scores);
    this.anchors = new Int32Array(size);
    this.anchors.set(anchors);
    this.classes = new Int32Array(size);
    this.classes.set(classes);
  }
}

/** What makes an anchor a candidate. Confidences are compared in single precision, as the references do. */
type CandidateRules = Pick<ResolvedNmsOptions, "conf" | "multiLabel" | "wanted" | "sideLimits">;

/** Scans one image's prediction: anchors in order, and classes in order within an anchor. */
export function collectCandidates(prediction: ImagePrediction, options: CandidateRules): Candidates {
  const { conf, multiLabel, wanted, sideLimits } = options;
  const candidates = new Candidates();
  const scan = multiLabel ? scanAllClasses : scanBestClass;
  scan(prediction, { conf: Math.fround(conf), multiLabel, wanted, sideLimits }, candidates);
  return candidates;
}

function scanBestClass(prediction: ImagePrediction, rules: CandidateRules, candidates: Candidates): void {
  const { data, start, anchors, anchorStride, channelStride, nc, hasObjectness } = prediction;
  const { conf, wanted } = rules;
  const firstClass = (hasObjectness ? 5 : 4) * channelStride;
  for (let anchor = 0, at = start; anchor < anchors; anchor++, at += anchorStride) {
    const objectness = objectnessAt(prediction, rules, at);
    if (objectness < 0) continue;
    let best = conf;
    let label = -1;
    for (let c = 0, i = at + firstClass; c < nc; c++, i += channelStride) {
      // Rounding costs, and never lifts a product above a single-precision number: only those above need it.
      const product = objectness * data[i]!;
      if (product > best && Math.fround(product) > best) {
        best = Math.fround(product);
        label = c;
      }
    }
    if (label >= 0 && (wanted === undefined || wanted[label] === 1)) candidates.push(anchor, label, best);
  }
}

function scanAllClasses(prediction: ImagePrediction, rules: CandidateRules, candidates: Candidates): void {
  const { data, start, anchors, anchorStride, channelStride, nc, hasObjectness } = prediction;
  const { conf, wanted } = rules;
  const firstClass = (hasObjectness ? 5 : 4) * channelStride;
  for (let anchor = 0, at = start; anchor < anchors; anchor++, at += anchorStride) {
    const objectness = objectnessAt(prediction, rules, at);
    if (objectness < 0) continue;
    for (let c = 0, i = at + firstClass; c < nc; c++, i += channelStride) {
      const product = objectness * data[i]!;
      if (product > conf && Math.fround(product) > conf && (wanted === undefined || wanted[c] === 1)) {
        candidates.push(anchor, c, product);
      }
    }
  }
}

/** The objectness of the anchor whose first number is at `at`; −1 when the anchor is out. */
function objectnessAt(prediction: ImagePrediction, rules: CandidateRules, at: number): number {
  const { data, channelStride, hasObjectness } = prediction;
  if (rules.sideLimits !== undefined) {
    const [shortest, longest] = rules.sideLimits;
    const width = data[at + 2 * channelStride]!;
    const height = data[at + 3 * channelStride]!;
    if (width < shortest || height < shortest || width > longest || height > longest) return -1;
  }
  if (!hasObjectness) return 1;
  const objectness = data[at + 4 * channelStride]!;
  return objectness > rules.conf ? objectness : -1;
}
