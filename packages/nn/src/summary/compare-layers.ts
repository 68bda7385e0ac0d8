import type { LayerSummary } from "./summarize.ts";

/** Layers of two models that are compared with each other. */
export interface LayerPair {
  /** Absent where only the right model has such a layer. */
  left?: LayerSummary;
  /** Absent where only the left model has such a layer. */
  right?: LayerSummary;
  /** Whether both are there and alike but for their places: module, repeats, arguments, parameters, output. */
  same: boolean;
}

/**
 * Aligns the layers of two models: those that are alike beside each other, in order, as many as can be, and layers
 * of one module and like size rather than of one module only (alignment of Needleman and Wunsch, 1970).
 */
export function compareLayers(left: readonly LayerSummary[], right: readonly LayerSummary[]): LayerPair[] {
  const best = scores(left, right);
  const at = (i: number, j: number): number => (best[i] as number[])[j] as number;
  const pairs: LayerPair[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    if (a !== undefined && b !== undefined && at(i, j) === at(i + 1, j + 1) + likeness(a, b) && likeness(a, b) > 0) {
      pairs.push({ left: a, right: b, same: isSame(a, b) });
      i++;
      j++;
    } else if (a !== undefined && (b === undefined || at(i, j) === at(i + 1, j))) {
      pairs.push({ left: a, same: false });
      i++;
    } else {
      pairs.push({ right: b as LayerSummary, same: false });
      j++;
    }
  }
  return pairs;
}

/** [i][j]: the most likeness that the layers from i and from j on can have. */
function scores(left: readonly LayerSummary[], right: readonly LayerSummary[]): number[][] {
  const best = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    const [row, below] = [best[i] as number[], best[i + 1] as number[]];
    for (let j = right.length - 1; j >= 0; j--) {
      const both = (below[j + 1] as number) + likeness(left[i] as LayerSummary, right[j] as LayerSummary);
      row[j] = Math.max(both, below[j] as number, row[j + 1] as number);
    }
  }
  return best;
}

/** 0 for other modules; one module at another output size counts little, at the same size more, alike most. */
function likeness(a: LayerSummary, b: LayerSummary): number {
  const [a0, b0] = [[a.shape].flat(2), [b.shape].flat(2)];
  const isOneSize = a0[0] === b0[0] && a0[1] === b0[1];
  // YOLOv5's and YOLOv8's stages stand in the same places; a head is always a head.
  if (a.name !== b.name) return isStage(a) && isStage(b) && isOneSize ? 2 : 0;
  if (isSame(a, b)) return 5;
  return isOneSize ? 4 : 1;
}

function isStage({ name }: LayerSummary): boolean {
  return /^(C[23]|Bottleneck)/.test(name);
}

function isSame(a: LayerSummary, b: LayerSummary): boolean {
  const traits = ({ name, repeats, args, parameters, shape }: LayerSummary): string =>
    JSON.stringify([name, repeats, args, parameters, shape]);
  return traits(a) === traits(b);
}
