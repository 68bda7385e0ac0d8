/** IEEE 754 half precision numbers, given as their bit patterns, as single precision. */
export function halfToFloat(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  const out = new Float32Array(words.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] as number;
    const exponent = half & 0x7c00;
    // The exponent's offset grows from 15 to 127. Zeros, subnormal numbers and what is no number are rare
    if (exponent !== 0 && exponent !== 0x7c00) words[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) + 0x1c000) << 13);
    else out[i] = decodeRare(half);
  }
  return out;
}

/** bfloat16 numbers, given as their bit patterns, as single precision. */
export function bfloatToFloat(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return new Float32Array(words.buffer);
}

/** Halves whose exponent has no ones or no zeros. */
function decodeRare(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const fraction = bits & 0x3ff;
  if ((bits & 0x7c00) === 0) return sign * fraction * 2 ** -24;
  return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
}

/** Single precision numbers as the bit patterns of the nearest half precision numbers, ties to the even one. */
export function floatToHalf(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < out.length; i++) out[i] = encodeHalf(words[i] as number);
  return out;
}

function encodeHalf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  const exponent = magnitude >>> 23;
  // Below 2^-14 the result is subnormal: the fraction, with its leading one, moves right.
  const drop = exponent < 113 ? 126 - exponent : 13;
  if (drop > 24) return sign;
  const mantissa = exponent < 113 ? (magnitude & 0x7fffff) | 0x800000 : magnitude - 0x38000000;
  const rounded = (mantissa + (1 << (drop - 1)) - 1 + ((mantissa >>> drop) & 1)) >>> drop;
  return sign | rounded;
}
