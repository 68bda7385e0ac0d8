/** The bits of the half-precision numbers nearest to `values`, halves to even (IEEE 754); too large ones are infinite. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const half = new Uint16Array(values.length);
  for (let i = 0; i < half.length; i++) half[i] = halfBits(bits[i] as number);
  return half;
}

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  // From 65520 on the nearest is infinity.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 numbers lie 2^-24 apart.
  if (rest < 0x38800000) return sign | smallBits(rest);
  // Rebiased, with the 13 bits that go rounded off: half of the last place that stays, less one where it is even.
  const rounded = rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1);
  return sign | (rounded >>> 13);
}

function smallBits(rest: number): number {
  const exponent = rest >>> 23;
  // Less than half of the smallest.
  if (exponent < 102) return 0;
  const mantissa = (rest & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const whole = mantissa >>> shift;
  const remainder = mantissa & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return whole + (remainder > middle || (remainder === middle && (whole & 1) === 1) ? 1 : 0);
}
