// Compiled to WebAssembly by build.mjs. Everything lies in one linear memory whose layout src/kernels/kernels.ts decides.

/** 1,024 rows of 8 weights: for each of 32 × 32 steps between pixels those of left above, right above, left below, right below, twice. */
export function fillWeights(table: usize): void {
  for (let v: i32 = 0; v < 32; v++) {
    for (let u: i32 = 0; u < 32; u++) {
      const at = table + ((v * 32 + u) << 4);
      const d = u * v;
      const b = u * 32 - d;
      const c = v * 32 - d;
      const w = i16x8(<i16>(1024 - b - c - d), <i16>b, <i16>c, <i16>d, <i16>(1024 - b - c - d), <i16>b, <i16>c, <i16>d);
      v128.store(at, w);
    }
  }
}

/** One output pixel: the four pixels at `at` and a row below, weighted; writes 4 bytes, of which the last is no part of it. */
@inline
function blend(at: usize, stride: usize, weights: usize, target: usize): void {
  let taps = v128.load64_zero(at);
  taps = v128.load64_lane(at + stride, taps, 1);
  // red, green, blue, each left above, right above, left below, right below
  const sorted = i8x16.shuffle(taps, taps, 0, 3, 8, 11, 1, 4, 9, 12, 2, 5, 10, 13, 2, 5, 10, 13);
  const w = v128.load(weights);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(sorted), w);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(sorted), w);
  const even = i32x4.shuffle(low, high, 0, 2, 4, 6);
  const odd = i32x4.shuffle(low, high, 1, 3, 5, 7);
  const sum = i32x4.shr_u(i32x4.add(i32x4.add(even, odd), i32x4.splat(512)), 10);
  const words = i16x8.narrow_i32x4_u(sum, sum);
  v128.store32_lane(target, i8x16.narrow_i16x8_u(words, words), 0);
}

@inline
function isInside(u: i32, v: i32, columns: i32, rows: i32): bool {
  return <u32>(u >> 5) < <u32>(columns - 1) && <u32>(v >> 5) < <u32>(rows - 1);
}

/** Whether the pixel at column `u` / 32 of a row and the next one lie in the view. */
@inline
function isInRow(u: i32, columns: i32): bool {
  return <u32>(u >> 5) < <u32>(columns - 1);
}

/** A pixel of one row of 16-bit sums, between two neighbors by `weights`, twice 32 − u and u; the four bytes lie in lanes 0 to 3. */
@inline
function between(at: usize, weights: v128): v128 {
  const taps = v128.load(at);
  // red, green, blue, each left and right
  const sorted = i16x8.shuffle(taps, taps, 0, 3, 1, 4, 2, 5, 2, 5);
  return i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(sorted, weights), i32x4.splat(512)), 10);
}

/**
 * As warpAffine, where rows stay level and columns upright: one position for each column and each row. Two rows of the view become one
 * first, in 16 bits at `strip`, and pixels of that one then; the sums are the same whole numbers. `steps` has the columns' positions
 * and gets their places in the strip and their weights.
 */
function warpUpright(
  view: usize, columns: i32, rows: i32, steps: usize, strip: usize,
  target: usize, width: i32, height: i32, fill: i32,
  startX: i32, e: f64, f: f64,
): void {
  const stride = <usize>(columns * 3);
  let first: i32 = 0;
  let last: i32 = width - 1;
  while (first <= last && !isInRow((startX + load<i32>(steps + (first << 3))) >> 5, columns)) first++;
  while (last > first && !isInRow((startX + load<i32>(steps + (last << 3))) >> 5, columns)) last--;
  let from: i32 = columns;
  let to: i32 = 0;
  for (let x = first; x <= last; x++) {
    const u = (startX + load<i32>(steps + (x << 3))) >> 5;
    from = min(from, u >> 5);
    to = max(to, (u >> 5) + 2);
  }
  for (let x = first; x <= last; x++) {
    const s = steps + (x << 3);
    const u = (startX + load<i32>(s)) >> 5;
    store<i32>(s, ((u >> 5) - from) * 6);
    store<i32>(s, (32 - (u & 31)) | ((u & 31) << 16), 4);
  }
  for (let y: i32 = 0; y < height; y++) {
    const v = (<i32>nearest((e * <f64>y + f) * 1024) + 16) >> 5;
    const row = target + <usize>(y * width * 3);
    if (first > last || <u32>(v >> 5) >= <u32>(rows - 1)) {
      memory.fill(row, <u8>fill, <usize>(width * 3));
      continue;
    }
    const above = i16x8.splat(<i16>(32 - (v & 31)));
    const below = i16x8.splat(<i16>(v & 31));
    const source = view + <usize>(v >> 5) * stride + <usize>(from * 3);
    const size = <usize>((to - from) * 3);
    for (let i: usize = 0; i < size; i += 16) {
      const a = v128.load(source + i);
      const b = v128.load(source + i + stride);
      const low = i16x8.add(
        i16x8.mul(i16x8.extend_low_i8x16_u(a), above),
        i16x8.mul(i16x8.extend_low_i8x16_u(b), below),
      );
      const high = i16x8.add(
        i16x8.mul(i16x8.extend_high_i8x16_u(a), above),
        i16x8.mul(i16x8.extend_high_i8x16_u(b), below),
      );
      v128.store(strip + (i << 1), low);
      v128.store(strip + (i << 1), high, 16);
    }
    memory.fill(row, <u8>fill, <usize>(first * 3));
    let t = row + <usize>(first * 3);
    let s = steps + (first << 3);
    for (let x = first; x < last; x += 2) {
      const one = between(strip + load<i32>(s), v128.load32_splat(s, 4));
      const next = between(strip + load<i32>(s, 8), v128.load32_splat(s, 12));
      const words = i16x8.narrow_i32x4_u(one, next);
      const bytes = i8x16.narrow_i16x8_u(words, words);
      v128.store32_lane(t, bytes, 0);
      v128.store32_lane(t, bytes, 1, 3);
      t += 6;
      s += 16;
    }
    if (((last - first) & 1) == 0) {
      const words = i16x8.narrow_i32x4_u(between(strip + load<i32>(s), v128.load32_splat(s, 4)), i32x4.splat(0));
      v128.store32_lane(t, i8x16.narrow_i16x8_u(words, words), 0);
      t += 3;
    }
    memory.fill(t, <u8>fill, <usize>((width - 1 - last) * 3));
  }
}

/**
 * Affine rows of the output; the inverse matrix `a b c / d e f` goes to pixels of the view. At `steps` is room for 8 bytes a column, and
 * behind it, from the next multiple of 16 on, for 6 bytes a column of the view and 64 more.
 */
export function warpAffine(
  view: usize, columns: i32, rows: i32, weights: usize, steps: usize,
  target: usize, width: i32, height: i32, fill: i32,
  a: f64, b: f64, c: f64, d: f64, e: f64, f: f64,
): void {
  const stride = <usize>(columns * 3);
  for (let x: i32 = 0; x < width; x++) {
    store<i32>(steps + (x << 3), <i32>nearest(a * <f64>x * 1024));
    store<i32>(steps + (x << 3) + 4, <i32>nearest(d * <f64>x * 1024));
  }
  if (b == 0 && d == 0) {
    const strip = (steps + (<usize>width << 3) + 15) & ~15;
    const startX = <i32>nearest(c * 1024) + 16;
    return warpUpright(view, columns, rows, steps, strip, target, width, height, fill, startX, e, f);
  }
  for (let y: i32 = 0; y < height; y++) {
    const startX = <i32>nearest((b * <f64>y + c) * 1024) + 16;
    const startY = <i32>nearest((e * <f64>y + f) * 1024) + 16;
    // Both positions run one way along a row, so what lies inside the view is one span
    let first: i32 = 0;
    let last: i32 = width - 1;
    while (first <= last) {
      const at = steps + (first << 3);
      if (isInside((startX + load<i32>(at)) >> 5, (startY + load<i32>(at, 4)) >> 5, columns, rows)) break;
      first++;
    }
    while (last > first) {
      const at = steps + (last << 3);
      if (isInside((startX + load<i32>(at)) >> 5, (startY + load<i32>(at, 4)) >> 5, columns, rows)) break;
      last--;
    }
    const row = target + <usize>(y * width * 3);
    if (first > 0) memory.fill(row, <u8>fill, <usize>(first * 3));
    let t = row + <usize>(first * 3);
    let s = steps + (first << 3);
    for (let x = first; x <= last; x++) {
      const u = (startX + load<i32>(s)) >> 5;
      const v = (startY + load<i32>(s, 4)) >> 5;
      const at = view + <usize>(v >> 5) * stride + <usize>((u >> 5) * 3);
      blend(at, stride, weights + ((((v & 31) << 5) + (u & 31)) << 4), t);
      t += 3;
      s += 8;
    }
    memory.fill(t, <u8>fill, <usize>((width - 1 - last) * 3));
  }
}

/** As warpAffine, with a division for each pixel; `x1`, `y1` is the view's corner on the canvas that the matrix goes to. */
export function warpPerspective(
  view: usize, columns: i32, rows: i32, weights: usize, x1: i32, y1: i32,
  target: usize, width: i32, height: i32, fill: i32,
  a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64,
): void {
  const stride = <usize>(columns * 3);
  let t = target;
  for (let y: i32 = 0; y < height; y++) {
    for (let x: i32 = 0; x < width; x++) {
      const w = g * <f64>x + h * <f64>y + i;
      const scale: f64 = w == 0 ? 0 : 32 / w;
      const px = max<f64>(-1e9, min<f64>(1e9, (a * <f64>x + b * <f64>y + c) * scale));
      const py = max<f64>(-1e9, min<f64>(1e9, (d * <f64>x + e * <f64>y + f) * scale));
      const u = <i32>nearest(px) - (x1 << 5);
      const v = <i32>nearest(py) - (y1 << 5);
      if (isInside(u, v, columns, rows)) {
        const at = view + <usize>(v >> 5) * stride + <usize>((u >> 5) * 3);
        blend(at, stride, weights + ((((v & 31) << 5) + (u & 31)) << 4), t);
      } else {
        store<u8>(t, <u8>fill);
        store<u8>(t + 1, <u8>fill);
        store<u8>(t + 2, <u8>fill);
      }
      t += 3;
    }
  }
}

/** Every row the other way round. */
export function mirror(source: usize, target: usize, width: i32, height: i32): void {
  for (let y: i32 = 0; y < height; y++) {
    let s = source + <usize>(((y + 1) * width - 1) * 3);
    let t = target + <usize>(y * width * 3);
    for (let x: i32 = 0; x < width; x++) {
      store<u16>(t, load<u16>(s));
      store<u8>(t + 2, load<u8>(s + 2));
      s -= 3;
      t += 3;
    }
  }
}
