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

const forwardRows: Pass = { lineStep: 8, step: 1, shift: 11 };
const forwardColumns: Pass = { lineStep: 1, step: 8, shift: 15 };
const inverseColumns: Pass = { lineStep: 1, step: 8, shift: 11 };
const inverseRows: Pass = { lineStep: 8, step: 1, shift: 18 };

/** Transforms 8 × 8 numbers (−128 to 127) in place; coefficients come out eight times as large. */
export function forwardTransform(block: Int32Array): void {
  forwardPass(block, forwardRows);
  forwardPass(block, forwardColumns);
}

/** Transforms 8 × 8 coefficients back in place, to numbers around 0. */
export function inverseTransform(block: Int32Array): void {
  inversePass(block, inverseColumns);
  inversePass(block, inverseRows);
}

function forwardPass(block: Int32Array, { lineStep, step, shift }: Pass): void {
  const half = 1 << (shift - 1);
  for (let line = 0; line < 8; line++) {
    const i0 = line * lineStep;
    const i1 = i0 + step;
    const i2 = i1 + step;
    const i3 = i2 + step;
    const i4 = i3 + step;
    const i5 = i4 + step;
    const i6 = i5 + step;
    const i7 = i6 + step;
    const s0 = (block[i0]! + block[i7]!) | 0;
    const d0 = (block[i0]! - block[i7]!) | 0;
    const s1 = (block[i1]! + block[i6]!) | 0;
    const d1 = (block[i1]! - block[i6]!) | 0;
    const s2 = (block[i2]! + block[i5]!) | 0;
    const d2 = (block[i2]! - block[i5]!) | 0;
    const s3 = (block[i3]! + block[i4]!) | 0;
    const d3 = (block[i3]! - block[i4]!) | 0;

    const even = s0 + s3;
    const odd = s1 + s2;
    const evenLess = s0 - s3;
    const oddLess = s1 - s2;
    const turn = Math.imul(evenLess + oddLess, c0541);
    block[i0] = (((even + odd) << 13) + half) >> shift;
    block[i4] = (((even - odd) << 13) + half) >> shift;
    block[i2] = (turn + Math.imul(evenLess, c0765) + half) >> shift;
    block[i6] = (turn - Math.imul(oddLess, c1847) + half) >> shift;

    const both = Math.imul(d0 + d1 + d2 + d3, c1175);
    const a = Math.imul(d3 + d0, -c0899);
    const b = Math.imul(d2 + d1, -c2562);
    const c = (both - Math.imul(d3 + d1, c1961)) | 0;
    const d = (both - Math.imul(d2 + d0, c0390)) | 0;
    block[i7] = (Math.imul(d3, c0298) + a + c + half) >> shift;
    block[i5] = (Math.imul(d2, c2053) + b + d + half) >> shift;
    block[i3] = (Math.imul(d1, c3072) + b + c + half) >> shift;
    block[i1] = (Math.imul(d0, c1501) + a + d + half) >> shift;
  }
}

function inversePass(block: Int32Array, { lineStep, step, shift }: Pass): void {
  const half = 1 << (shift - 1);
  for (let line = 0; line < 8; line++) {
    const i0 = line * lineStep;
    const i1 = i0 + step;
    const i2 = i1 + step;
    const i3 = i2 + step;
    const i4 = i3 + step;
    const i5 = i4 + step;
    const i6 = i5 + step;
    const i7 = i6 + step;
    const x1 = block[i1]!;
    const x2 = block[i2]!;
    const x3 = block[i3]!;
    const x5 = block[i5]!;
    const x6 = block[i6]!;
    const x7 = block[i7]!;

    const turn = Math.imul(x2 + x6, c0541);
    const low = turn - Math.imul(x6, c1847);
    const high = turn + Math.imul(x2, c0765);
    const sum = (block[i0]! + block[i4]!) << 13;
    const less = (block[i0]! - block[i4]!) << 13;
    const e0 = (sum + high + half) | 0;
    const e1 = (less + low + half) | 0;
    const e2 = (less - low + half) | 0;
    const e3 = (sum - high + half) | 0;

    const both = Math.imul(x7 + x3 + x5 + x1, c1175);
    const a = Math.imul(x7 + x1, -c0899);
    const b = Math.imul(x5 + x3, -c2562);
    const c = (both - Math.imul(x7 + x3, c1961)) | 0;
    const d = (both - Math.imul(x5 + x1, c0390)) | 0;
    const o3 = (Math.imul(x7, c0298) + a + c) | 0;
    const o2 = (Math.imul(x5, c2053) + b + d) | 0;
    const o1 = (Math.imul(x3, c3072) + b + c) | 0;
    const o0 = (Math.imul(x1, c1501) + a + d) | 0;
    block[i0] = (e0 + o0) >> shift;
    block[i7] = (e0 - o0) >> shift;
    block[i1] = (e1 + o1) >> shift;
    block[i6] = (e1 - o1) >> shift;
    block[i2] = (e2 + o2) >> shift;
    block[i5] = (e2 - o2) >> shift;
    block[i3] = (e3 + o3) >> shift;
    block[i4] = (e3 - o3) >> shift;
  }
}
