// The 8-point cosine transform of Loeffler, Ligtenberg and Moschytz (1989), in its form with 12 multiplications: in whole
// numbers with factors in 1/8192, rounded where the Independent JPEG Group's accurate transform rounds.

const fix = (factor: number): number => Math.round(factor * 8192);
const c0298 = fix(0.298631336);
const c0390 = fix(0.390180644);
const c0541 = fix(0.5411961);
const c0765 = fix(0.765366865);
const c0899 = fix(0.899976223);
const c1175 = fix(1.175875602);
const c1501 = fix(1.50132111);
const c1847 = fix(1.847759065);
const c1961 = fix(1.96157056);
const c2053 = fix(2.053119869);
const c2562 = fix(2.562915447);
const c3072 = fix(3.072711026);

/** The eight rows or columns of a block. */
interface Pass {
  /** From one of the eight lines to the next. */
  lineStep: number;
  /** From one number of a line to the next. */
  step: number;
  /** Bits taken away at the end. The factors add 13; between the two passes 2 are kept. */
  shift: number;
}

/** Transforms 8 × 8 numbers (−128 to 127) in place; coefficients come out eight times as large. */
export function forwardTransform(block: Int32Array): void {
  forwardPass(block, { lineStep: 8, step: 1, shift: 11 });
  forwardPass(block, { lineStep: 1, step: 8, shift: 15 });
}

/** Transforms 8 × 8 coefficients back in place, to numbers around 0. */
export function inverseTransform(block: Int32Array): void {
  inversePass(block, { lineStep: 1, step: 8, shift: 11 });
  inversePass(block, { lineStep: 8, step: 1, shift: 18 });
}

/** Results of {@link rotateOdd}. */
const odd = new Int32Array(4);

function forwardPass(block: Int32Array, { lineStep, step, shift }: Pass): void {
  const half = 1 << (shift - 1);
  for (let line = 0; line < 8; line++) {
    const at = line * lineStep;
    const x0 = block[at]!;
    const x1 = block[at + step]!;
    const x2 = block[at + 2 * step]!;
    const x3 = block[at + 3 * step]!;
    const x4 = block[at + 4 * step]!;
    const x5 = block[at + 5 * step]!;
    const x6 = block[at + 6 * step]!;
    const x7 = block[at + 7 * step]!;
    const outer = (x0 + x7 + x3 + x4) | 0;
    const inner = (x1 + x6 + x2 + x5) | 0;
    const outerLess = (x0 + x7 - x3 - x4) | 0;
    const innerLess = (x1 + x6 - x2 - x5) | 0;
    const turn = Math.imul(outerLess + innerLess, c0541);
    rotateOdd((x0 - x7) | 0, (x1 - x6) | 0, (x2 - x5) | 0, (x3 - x4) | 0);
    block[at] = (((outer + inner) << 13) + half) >> shift;
    block[at + step] = (odd[0]! + half) >> shift;
    block[at + 2 * step] = (turn + Math.imul(outerLess, c0765) + half) >> shift;
    block[at + 3 * step] = (odd[1]! + half) >> shift;
    block[at + 4 * step] = (((outer - inner) << 13) + half) >> shift;
    block[at + 5 * step] = (odd[2]! + half) >> shift;
    block[at + 6 * step] = (turn - Math.imul(innerLess, c1847) + half) >> shift;
    block[at + 7 * step] = (odd[3]! + half) >> shift;
  }
}

function inversePass(block: Int32Array, { lineStep, step, shift }: Pass): void {
  const half = 1 << (shift - 1);
  for (let line = 0; line < 8; line++) {
    const at = line * lineStep;
    const x2 = block[at + 2 * step]!;
    const x6 = block[at + 6 * step]!;
    const turn = Math.imul(x2 + x6, c0541);
    const low = turn - Math.imul(x6, c1847);
    const high = turn + Math.imul(x2, c0765);
    const sum = (((block[at]! + block[at + 4 * step]!) << 13) + half) | 0;
    const less = (((block[at]! - block[at + 4 * step]!) << 13) + half) | 0;
    rotateOdd(block[at + step]!, block[at + 3 * step]!, block[at + 5 * step]!, block[at + 7 * step]!);
    block[at] = (sum + high + odd[0]!) >> shift;
    block[at + step] = (less + low + odd[1]!) >> shift;
    block[at + 2 * step] = (less - low + odd[2]!) >> shift;
    block[at + 3 * step] = (sum - high + odd[3]!) >> shift;
    block[at + 4 * step] = (sum - high - odd[3]!) >> shift;
    block[at + 5 * step] = (less - low - odd[2]!) >> shift;
    block[at + 6 * step] = (less + low - odd[1]!) >> shift;
    block[at + 7 * step] = (sum + high - odd[0]!) >> shift;
  }
}

/** The rotations of the four odd numbers of a line. They are their own transpose, so that both directions share them. */
function rotateOdd(x1: number, x3: number, x5: number, x7: number): void {
  const both = Math.imul(x7 + x3 + x5 + x1, c1175);
  const a = Math.imul(x7 + x1, -c0899);
  const b = Math.imul(x5 + x3, -c2562);
  const c = both - Math.imul(x7 + x3, c1961);
  const d = both - Math.imul(x5 + x1, c0390);
  odd[0] = Math.imul(x1, c1501) + a + d;
  odd[1] = Math.imul(x3, c3072) + b + c;
  odd[2] = Math.imul(x5, c2053) + b + d;
  odd[3] = Math.imul(x7, c0298) + a + c;
}
