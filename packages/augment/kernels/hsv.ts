// OpenCV's 8-bit conversion to HSV, tables, and back, 16 pixels at a time. src/color/hsv.ts makes the tables.

/** Pixels of a strip: what is stored as planes between the two conversions. */
const STRIP: i32 = 1024;

/** A division as OpenCV's tables have it, in 1/4096, times `by`, rounded. Single precision reproduces every entry exactly. */
@inline
function divided(dividend: f32, divisor: v128, by: v128): v128 {
  const quotient = f32x4.nearest(f32x4.div(f32x4.splat(dividend), f32x4.convert_i32x4_s(divisor)));
  // Where the divisor is 0 so is `by`
  const product = i32x4.mul(i32x4.trunc_sat_f32x4_s(quotient), by);
  return i32x4.shr_s(i32x4.add(product, i32x4.splat(2048)), 12);
}

@inline
function hues(sixths: v128, span: v128): v128 {
  const hue = divided(122880, span, sixths);
  return i32x4.add(hue, v128.and(i32x4.shr_s(hue, 31), i32x4.splat(180)));
}

/** Distance along the circle from red, in units in which a sixth is `span`, for 8 pixels. */
@inline
function sixths(r: v128, g: v128, b: v128, span: v128, isRed: v128, isGreen: v128): v128 {
  const fromRed = i16x8.sub(g, b);
  const fromGreen = i16x8.add(i16x8.sub(b, r), i16x8.shl(span, 1));
  const fromBlue = i16x8.add(i16x8.sub(r, g), i16x8.shl(span, 2));
  return v128.bitselect(fromRed, v128.bitselect(fromGreen, fromBlue, isGreen), isRed);
}

/** 16 pixels of RGB to planes of hue, saturation and value. */
@inline
function toHsv(source: usize, hue: usize, saturation: usize, value: usize): void {
  const x = v128.load(source);
  const y = v128.load(source, 16);
  const z = v128.load(source, 32);
  const r = i8x16.shuffle(
    i8x16.shuffle(x, y, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0), z,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29,
  );
  const g = i8x16.shuffle(
    i8x16.shuffle(x, y, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0), z,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30,
  );
  const b = i8x16.shuffle(
    i8x16.shuffle(x, y, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0), z,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31,
  );
  const v = i8x16.max_u(r, i8x16.max_u(g, b));
  const span = i8x16.sub(v, i8x16.min_u(r, i8x16.min_u(g, b)));
  const isRed = i8x16.eq(v, r);
  const isGreen = i8x16.eq(v, g);
  v128.store(value, v);
  const spanLow = i16x8.extend_low_i8x16_u(span);
  const spanHigh = i16x8.extend_high_i8x16_u(span);
  const low = sixths(
    i16x8.extend_low_i8x16_u(r), i16x8.extend_low_i8x16_u(g), i16x8.extend_low_i8x16_u(b), spanLow,
    i16x8.extend_low_i8x16_s(isRed), i16x8.extend_low_i8x16_s(isGreen),
  );
  const high = sixths(
    i16x8.extend_high_i8x16_u(r), i16x8.extend_high_i8x16_u(g), i16x8.extend_high_i8x16_u(b), spanHigh,
    i16x8.extend_high_i8x16_s(isRed), i16x8.extend_high_i8x16_s(isGreen),
  );
  const vLow = i16x8.extend_low_i8x16_u(v);
  const vHigh = i16x8.extend_high_i8x16_u(v);
  const span0 = i32x4.extend_low_i16x8_u(spanLow);
  const span1 = i32x4.extend_high_i16x8_u(spanLow);
  const span2 = i32x4.extend_low_i16x8_u(spanHigh);
  const span3 = i32x4.extend_high_i16x8_u(spanHigh);
  v128.store(
    saturation,
    i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(
        divided(1044480, i32x4.extend_low_i16x8_u(vLow), span0),
        divided(1044480, i32x4.extend_high_i16x8_u(vLow), span1),
      ),
      i16x8.narrow_i32x4_s(
        divided(1044480, i32x4.extend_low_i16x8_u(vHigh), span2),
        divided(1044480, i32x4.extend_high_i16x8_u(vHigh), span3),
      ),
    ),
  );
  v128.store(
    hue,
    i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(hues(i32x4.extend_low_i16x8_s(low), span0), hues(i32x4.extend_high_i16x8_s(low), span1)),
      i16x8.narrow_i32x4_s(hues(i32x4.extend_low_i16x8_s(high), span2), hues(i32x4.extend_high_i16x8_s(high), span3)),
    ),
  );
}

/**
 * Turns the colors of `count` pixels of RGB in place. Tables: what a hue becomes (256 bytes), what a saturation becomes
 * (256 bytes), the value as a share (256 f32), the middle channel's factor at `hue · 256 + saturation` (f32), the lowest
 * channel's by saturation (256 f32), and for each hue 16 bytes that sort highest, middle, lowest in the order of RGB.
 * `strip` is room for three planes. Up to 15 pixels behind the last are read, up to 4 bytes written.
 */
export function turnColors(
  pixels: usize, count: i32, strip: usize,
  hueTable: usize, saturationTable: usize, valueTable: usize, middle: usize, lowest: usize, order: usize,
): void {
  const saturation = strip + STRIP;
  const value = strip + 2 * STRIP;
  for (let from: i32 = 0; from < count; from += STRIP) {
    const source = pixels + <usize>(from * 3);
    const size = min(STRIP, count - from);
    for (let i: i32 = 0; i < size; i += 16) {
      toHsv(source + <usize>(i * 3), strip + i, saturation + i, value + i);
    }
    let t = source;
    // The store of four bytes spills into the next pixel, which is read already; behind the strip it must be restored
    const behind = load<u8>(source + <usize>(size * 3));
    for (let i: i32 = 0; i < size; i++) {
      const h = <usize>load<u8>(hueTable + load<u8>(strip + i));
      const s = <usize>load<u8>(saturationTable + load<u8>(saturation + i));
      const top = load<f32>(valueTable + (<usize>load<u8>(value + i) << 2));
      const next = top * load<f32>(middle + (((h << 8) | s) << 2));
      const bottom = top * load<f32>(lowest + (s << 2));
      const levels = i32x4.trunc_sat_f32x4_s(
        f32x4.mul(
          f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(top), 1, next), 2, bottom),
          f32x4.splat(255),
        ),
      );
      v128.store32_lane(t, i8x16.swizzle(levels, v128.load(order + (h << 4))), 0);
      t += 3;
    }
    store<u8>(source + <usize>(size * 3), behind);
  }
}
