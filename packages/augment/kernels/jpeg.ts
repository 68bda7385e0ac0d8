// A decoder of baseline JPEG (ITU-T T.81) whose bytes are those of libjpeg's defaults: accurate whole-number inverse
// DCT, "fancy" upsampling of chroma, YCbCr by JFIF. src/kernels/decode-jpeg.ts reads the markers and lays out memory.

/** Bits looked up at once. */
const LOOK: i32 = 10;

/** Natural index of the k-th coefficient in zigzag order; 16 more of 63, so that a broken run stays inside the block. */
const zigzag = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
]);

/** A Huffman table takes this many bytes: 1,024 entries, then for each length 1 to 17 the limit and the offset, then symbols. */
const ENTRIES: usize = 4096;
const LIMITS: usize = ENTRIES;
const OFFSETS: usize = LIMITS + 72;
const SYMBOLS: usize = OFFSETS + 72;

/** The value of `size` bits that follow a code (T.81, table F.1 and F.12). */
@inline
function extend(bits: i32, size: i32): i32 {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/**
 * Makes a table from 16 counts and the symbols behind them. An entry holds the code's length (bits 0 to 4, 0 where the code
 * is longer), length with the value's bits (8 to 12, 0 where those do not fit), the symbol or its run (16 to 19 or 16 to 23),
 * and in `values` mode the value itself in the upper 12 bits.
 */
export function makeTable(table: usize, counts: usize, isAc: i32): i32 {
  memory.fill(table, 0, ENTRIES);
  let code: i32 = 0;
  let index: i32 = 0;
  for (let length: i32 = 1; length <= 16; length++) {
    const count = <i32>load<u8>(counts + length - 1);
    store<i32>(table + OFFSETS + (length << 2), index - code);
    for (let n: i32 = 0; n < count; n++) {
      const symbol = <i32>load<u8>(counts + 16 + index);
      store<u8>(table + SYMBOLS + index, <u8>symbol);
      if (length <= LOOK) {
        const first = code << (LOOK - length);
        for (let rest: i32 = 0; rest < 1 << (LOOK - length); rest++) {
          store<i32>(table + ((first + rest) << 2), entry(length, symbol, rest, isAc));
        }
      }
      code++;
      index++;
    }
    if (code > 1 << length) return -1;
    // Codes of this length are below the limit when written with 16 bits
    store<i32>(table + LIMITS + (length << 2), code << (16 - length));
    code <<= 1;
  }
  store<i32>(table + LIMITS + (17 << 2), 0x7fffffff);
  return index;
}

function entry(length: i32, symbol: i32, rest: i32, isAc: i32): i32 {
  const size = isAc ? symbol & 15 : symbol;
  const plain = length | (symbol << 16);
  if (!isAc || size == 0 || length + size > LOOK) return plain;
  const bits = (rest >> (LOOK - length - size)) & ((1 << size) - 1);
  return length | ((length + size) << 8) | ((symbol >> 4) << 16) | (extend(bits, size) << 20);
}

// The reader: bits stand at the top of `buffer`; `next` points to words whose bytes were turned round beforehand.
let buffer: u64 = 0;
let held: i32 = 0;
let next: usize = 0;

/** The symbol (bits 16 to 23) and length of a code that is longer than what is looked up; 0 where there is none. */
function longSymbol(table: usize, top: i32): i32 {
  let length: i32 = LOOK + 1;
  while (top >= load<i32>(table + LIMITS + (length << 2))) length++;
  if (length > 16) return 0;
  const index = (top >> (16 - length)) + load<i32>(table + OFFSETS + (length << 2));
  return length | (<i32>load<u8>(table + SYMBOLS + index) << 16);
}

/**
 * One block's coefficients, into 128 zeroed bytes; `previous` is the DC value before, the new one is in `block[0]`. Gives the
 * last index that is not 0, or -1 for data that make no sense. The reader's state is held in locals meanwhile.
 */
@inline
function readBlock(block: usize, dc: usize, ac: usize, previous: i32): i32 {
  let bits = buffer;
  let have = held;
  let at = next;
  if (have <= 32) {
    bits |= <u64>load<u32>(at) << (32 - have);
    at += 4;
    have += 32;
  }
  let found = load<i32>(dc + (<usize>(bits >> (64 - LOOK)) << 2));
  if (found == 0) found = longSymbol(dc, <i32>(bits >> 48));
  let length = found & 31;
  let size = (found >> 16) & 255;
  if (length == 0 || size > 11) return -1;
  bits <<= length;
  have -= length;
  let value = previous;
  if (size > 0) {
    value += extend(<i32>(bits >> (64 - size)), size);
    bits <<= size;
    have -= size;
  }
  store<i16>(block, <i16>value);
  let k: i32 = 1;
  let last: i32 = 0;
  while (k < 64) {
    if (have <= 32) {
      bits |= <u64>load<u32>(at) << (32 - have);
      at += 4;
      have += 32;
    }
    found = load<i32>(ac + (<usize>(bits >> (64 - LOOK)) << 2));
    length = (found >> 8) & 31;
    if (length != 0) {
      k += (found >> 16) & 15;
      bits <<= length;
      have -= length;
      store<i16>(block + (<usize>load<u8>(zigzag + k) << 1), <i16>(found >> 20));
      last = k;
      k++;
      continue;
    }
    if (found == 0) {
      found = longSymbol(ac, <i32>(bits >> 48));
      if (found == 0) return -1;
    }
    length = found & 31;
    bits <<= length;
    have -= length;
    const symbol = (found >> 16) & 255;
    size = symbol & 15;
    if (size == 0) {
      if (symbol != 0xf0) break;
      k += 16;
      continue;
    }
    k += symbol >> 4;
    store<i16>(block + (<usize>load<u8>(zigzag + k) << 1), <i16>extend(<i32>(bits >> (64 - size)), size));
    bits <<= size;
    have -= size;
    last = k;
    k++;
  }
  buffer = bits;
  held = have;
  next = at;
  return k > 64 ? -1 : last;
}

@inline
function clear(block: usize): void {
  const none = i16x8.splat(0);
  v128.store(block, none);
  v128.store(block, none, 16);
  v128.store(block, none, 32);
  v128.store(block, none, 48);
  v128.store(block, none, 64);
  v128.store(block, none, 80);
  v128.store(block, none, 96);
  v128.store(block, none, 112);
}

@inline
function pair(a: i16, b: i16): v128 {
  return i16x8(a, b, a, b, a, b, a, b);
}

@inline
function low(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// Eight rows of a block on their way through the transform
let r0: v128 = i16x8.splat(0);
let r1: v128 = i16x8.splat(0);
let r2: v128 = i16x8.splat(0);
let r3: v128 = i16x8.splat(0);
let r4: v128 = i16x8.splat(0);
let r5: v128 = i16x8.splat(0);
let r6: v128 = i16x8.splat(0);
let r7: v128 = i16x8.splat(0);

@inline
function descale(value: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.add(value, i32x4.splat(1 << (shift - 1))), shift);
}

/** The one-dimensional transform of eight columns at once (Loeffler, Ligtenberg and Moschytz 1989; 13-bit constants). */
@inline
function transform(shift: i32): void {
  const c26 = pair(4433, -10704);
  const c62 = pair(10703, 4433);
  const l26 = low(r2, r6);
  const h26 = high(r2, r6);
  // 16 bits wrap here as they do in libjpeg-turbo, which shows in damaged files alone
  const s04 = i16x8.add(r0, r4);
  const d04 = i16x8.sub(r0, r4);
  const e2l = i32x4.dot_i16x8_s(l26, c26);
  const e2h = i32x4.dot_i16x8_s(h26, c26);
  const e3l = i32x4.dot_i16x8_s(l26, c62);
  const e3h = i32x4.dot_i16x8_s(h26, c62);
  const e0l = i32x4.shl(i32x4.extend_low_i16x8_s(s04), 13);
  const e0h = i32x4.shl(i32x4.extend_high_i16x8_s(s04), 13);
  const e1l = i32x4.shl(i32x4.extend_low_i16x8_s(d04), 13);
  const e1h = i32x4.shl(i32x4.extend_high_i16x8_s(d04), 13);
  const z3 = i16x8.add(r7, r3);
  const z4 = i16x8.add(r5, r1);
  const lz = low(z3, z4);
  const hz = high(z3, z4);
  const cz3 = pair(9633 - 16069, 9633);
  const cz4 = pair(9633, 9633 - 3196);
  const z3l = i32x4.dot_i16x8_s(lz, cz3);
  const z3h = i32x4.dot_i16x8_s(hz, cz3);
  const z4l = i32x4.dot_i16x8_s(lz, cz4);
  const z4h = i32x4.dot_i16x8_s(hz, cz4);
  const l71 = low(r7, r1);
  const h71 = high(r7, r1);
  const l53 = low(r5, r3);
  const h53 = high(r5, r3);
  const c0 = pair(2446 - 7373, -7373);
  const c3 = pair(-7373, 12299 - 7373);
  const c1 = pair(16819 - 20995, -20995);
  const c2 = pair(-20995, 25172 - 20995);
  const o0l = i32x4.add(i32x4.dot_i16x8_s(l71, c0), z3l);
  const o0h = i32x4.add(i32x4.dot_i16x8_s(h71, c0), z3h);
  const o3l = i32x4.add(i32x4.dot_i16x8_s(l71, c3), z4l);
  const o3h = i32x4.add(i32x4.dot_i16x8_s(h71, c3), z4h);
  const o1l = i32x4.add(i32x4.dot_i16x8_s(l53, c1), z4l);
  const o1h = i32x4.add(i32x4.dot_i16x8_s(h53, c1), z4h);
  const o2l = i32x4.add(i32x4.dot_i16x8_s(l53, c2), z3l);
  const o2h = i32x4.add(i32x4.dot_i16x8_s(h53, c2), z3h);
  const a0l = i32x4.add(e0l, e3l);
  const a0h = i32x4.add(e0h, e3h);
  const a3l = i32x4.sub(e0l, e3l);
  const a3h = i32x4.sub(e0h, e3h);
  const a1l = i32x4.add(e1l, e2l);
  const a1h = i32x4.add(e1h, e2h);
  const a2l = i32x4.sub(e1l, e2l);
  const a2h = i32x4.sub(e1h, e2h);
  r0 = i16x8.narrow_i32x4_s(descale(i32x4.add(a0l, o3l), shift), descale(i32x4.add(a0h, o3h), shift));
  r7 = i16x8.narrow_i32x4_s(descale(i32x4.sub(a0l, o3l), shift), descale(i32x4.sub(a0h, o3h), shift));
  r1 = i16x8.narrow_i32x4_s(descale(i32x4.add(a1l, o2l), shift), descale(i32x4.add(a1h, o2h), shift));
  r6 = i16x8.narrow_i32x4_s(descale(i32x4.sub(a1l, o2l), shift), descale(i32x4.sub(a1h, o2h), shift));
  r2 = i16x8.narrow_i32x4_s(descale(i32x4.add(a2l, o1l), shift), descale(i32x4.add(a2h, o1h), shift));
  r5 = i16x8.narrow_i32x4_s(descale(i32x4.sub(a2l, o1l), shift), descale(i32x4.sub(a2h, o1h), shift));
  r3 = i16x8.narrow_i32x4_s(descale(i32x4.add(a3l, o0l), shift), descale(i32x4.add(a3h, o0h), shift));
  r4 = i16x8.narrow_i32x4_s(descale(i32x4.sub(a3l, o0l), shift), descale(i32x4.sub(a3h, o0h), shift));
}

@inline
function transpose(): void {
  const a0 = low(r0, r4);
  const a1 = high(r0, r4);
  const a2 = low(r1, r5);
  const a3 = high(r1, r5);
  const a4 = low(r2, r6);
  const a5 = high(r2, r6);
  const a6 = low(r3, r7);
  const a7 = high(r3, r7);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  r0 = low(b0, b4);
  r1 = high(b0, b4);
  r2 = low(b1, b5);
  r3 = high(b1, b5);
  r4 = low(b2, b6);
  r5 = high(b2, b6);
  r6 = low(b3, b7);
  r7 = high(b3, b7);
}

@inline
function row(block: usize, quant: usize, offset: usize): v128 {
  return i16x8.mul(v128.load(block + offset), v128.load(quant + offset));
}

@inline
function put(target: usize, a: v128, b: v128, stride: usize): void {
  const bytes = i8x16.add(i8x16.narrow_i16x8_s(a, b), i8x16.splat(-128));
  v128.store64_lane(target, bytes, 0);
  v128.store64_lane(target + stride, bytes, 1);
}

function inverse(block: usize, quant: usize, target: usize, stride: usize): void {
  r0 = row(block, quant, 0);
  r1 = row(block, quant, 16);
  r2 = row(block, quant, 32);
  r3 = row(block, quant, 48);
  r4 = row(block, quant, 64);
  r5 = row(block, quant, 80);
  r6 = row(block, quant, 96);
  r7 = row(block, quant, 112);
  transform(11);
  transpose();
  transform(18);
  transpose();
  put(target, r0, r1, stride);
  put(target + 2 * stride, r2, r3, stride);
  put(target + 4 * stride, r4, r5, stride);
  put(target + 6 * stride, r6, r7, stride);
}

/** A block of one level (T.81's DC alone gives what the transform would). */
@inline
function flat(level: i32, target: usize, stride: usize): void {
  const bytes = <u64>max(0, min(255, ((level + 4) >> 3) + 128)) * 0x0101010101010101;
  for (let y: usize = 0; y < 8; y++) store<u64>(target + y * stride, bytes);
}

/**
 * Copies entropy-coded bytes without the zeros stuffed behind 0xff, every four turned round, up to the next marker. Gives where
 * the marker stands (or `end`); `target` is padded with zeros. The number of bytes is left in `unstuffed`.
 */
let unstuffed: i32 = 0;
function unstuff(source: usize, end: usize, target: usize): usize {
  let t = target;
  const all = i8x16.splat(-1);
  while (source < end) {
    if (source + 16 <= end) {
      const bytes = v128.load(source);
      if (!v128.any_true(i8x16.eq(bytes, all))) {
        v128.store(t, bytes);
        source += 16;
        t += 16;
        continue;
      }
    }
    const byte = load<u8>(source);
    if (byte == 0xff) {
      const after: u8 = source + 1 < end ? load<u8>(source + 1) : 0xd9;
      if (after != 0) break;
      source++;
    }
    store<u8>(t, byte);
    source++;
    t++;
  }
  unstuffed = <i32>(t - target);
  v128.store(t, i8x16.splat(0));
  v128.store(t, i8x16.splat(0), 16);
  for (let at = target; at < t; at += 16) {
    const bytes = v128.load(at);
    v128.store(at, i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  }
  return source;
}

/** Bytes of a component's description. */
const COMPONENT: usize = 32;

/**
 * Decodes the scan at `source`. Components (h, v, quantisation, DC table, AC table, plane, stride, spare; 32 bits each) lie at
 * `components`; `block` is 128 bytes of room, `words` room for the whole scan. Gives 0, or -1 when the data are damaged.
 */
export function decodeScan(
  source: usize, end: usize, words: usize, block: usize, components: usize, count: i32,
  mcusAcross: i32, mcusDown: i32, restart: i32,
): i32 {
  let d0: i32 = 0;
  let d1: i32 = 0;
  let d2: i32 = 0;
  let left: i32 = 0;
  const total = mcusAcross * mcusDown;
  let marker: usize = source;
  clear(block);
  for (let mcu: i32 = 0; mcu < total; mcu++) {
    if (left == 0) {
      if (mcu > 0) {
        if (!ended(words)) return -1;
        if (marker + 2 > end || load<u8>(marker) != 0xff || (load<u8>(marker + 1) & 0xf8) != 0xd0) return -1;
        marker += 2;
      }
      marker = unstuff(marker, end, words);
      buffer = 0;
      held = 0;
      next = words;
      d0 = d1 = d2 = 0;
      left = restart > 0 ? restart : total;
    }
    left--;
    const x = mcu % mcusAcross;
    const y = mcu / mcusAcross;
    for (let c: i32 = 0; c < count; c++) {
      const at = components + <usize>c * COMPONENT;
      const h = load<i32>(at);
      const v = load<i32>(at, 4);
      const quant = <usize>load<u32>(at, 8);
      const dc = <usize>load<u32>(at, 12);
      const ac = <usize>load<u32>(at, 16);
      const stride = <usize>load<u32>(at, 24);
      for (let j: i32 = 0; j < v; j++) {
        const target = <usize>load<u32>(at, 20) + <usize>((y * v + j) * 8) * stride + <usize>(x * h * 8);
        for (let i: i32 = 0; i < h; i++) {
          const last = readBlock(block, dc, ac, c == 0 ? d0 : c == 1 ? d1 : d2);
          if (last < 0) return -1;
          const level = <i32>load<i16>(block);
          if (c == 0) d0 = level;
          else if (c == 1) d1 = level;
          else d2 = level;
          if (last == 0) flat(<i32>(<i16>(level * <i32>load<i16>(quant))), target + <usize>(i * 8), stride);
          else {
            inverse(block, quant, target + <usize>(i * 8), stride);
            clear(block);
          }
        }
      }
    }
    // Bits beyond the end read as zeros; so many of them mean that data are missing
    if (<i32>(next - words) - (held >> 3) > unstuffed) return -1;
  }
  if (!ended(words)) return -1;
  return marker + 2 <= end && load<u8>(marker) == 0xff && load<u8>(marker + 1) == 0xd9 ? 0 : -1;
}

/** Whether a stretch of entropy-coded data was read to its last byte. */
function ended(words: usize): bool {
  const read = <i32>(next - words) - (held >> 3);
  return read <= unstuffed && unstuffed - read < 2;
}

/** A row of chroma at twice its width; `above` is the nearer of the neighbouring rows, or 0 where rows are not halved. */
function widen(source: usize, neighbour: usize, width: i32, sums: usize, target: usize): void {
  const three = i16x8.splat(3);
  for (let x: i32 = 0; x < width; x += 8) {
    let sum: v128;
    const here = i16x8.extend_low_i8x16_u(v128.load64_zero(source + x));
    if (neighbour == 0) sum = here;
    else sum = i16x8.add(i16x8.mul(here, three), i16x8.extend_low_i8x16_u(v128.load64_zero(neighbour + x)));
    v128.store(sums + 16 + (x << 1), sum);
  }
  store<i16>(sums + 14, load<i16>(sums + 16));
  store<i16>(sums + 16 + (width << 1), load<i16>(sums + 14 + (width << 1)));
  const even = i16x8.splat(neighbour == 0 ? 1 : 8);
  const odd = i16x8.splat(neighbour == 0 ? 2 : 7);
  const shift = neighbour == 0 ? 2 : 4;
  for (let x: i32 = 0; x < width; x += 8) {
    const at = sums + 16 + (x << 1);
    const middle = i16x8.mul(v128.load(at), three);
    const left = i16x8.shr_u(i16x8.add(i16x8.add(middle, v128.load(at - 2)), even), shift);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(middle, v128.load(at + 2)), odd), shift);
    v128.store(target + (x << 1), i8x16.narrow_i16x8_u(low(left, right), high(left, right)));
  }
}

@inline
function scaled(value: v128, by: i16): v128 {
  const factor = i16x8.splat(by);
  const half = i32x4.splat(32768);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.extmul_low_i16x8_s(value, factor), half), 16),
    i32x4.shr_s(i32x4.add(i32x4.extmul_high_i16x8_s(value, factor), half), 16),
  );
}

// JFIF's conversion in 1/65536, for eight pixels; factors above 1/2 are split into whole and rest to fit 16 bits.

@inline
function redOf(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), scaled(cr, 26345));
}

@inline
function greenOf(y: v128, cb: v128, cr: v128): v128 {
  const both = pair(-22554, 18734);
  const half = i32x4.splat(32768);
  const mixed = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low(cb, cr), both), half), 16),
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high(cb, cr), both), half), 16),
  );
  return i16x8.sub(i16x8.add(y, mixed), cr);
}

@inline
function blueOf(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), scaled(cb, -14942));
}

/** A row of RGB; writes up to 45 bytes behind it. */
function colourRow(luma: usize, cb: usize, cr: usize, target: usize, width: i32): void {
  const centre = i8x16.splat(-128);
  for (let x: i32 = 0; x < width; x += 16) {
    const y = v128.load(luma + x);
    // 0 to 255 minus 128 is a signed byte with its top bit turned
    const b = v128.xor(v128.load(cb + x), centre);
    const r = v128.xor(v128.load(cr + x), centre);
    const y0 = i16x8.extend_low_i8x16_u(y);
    const y1 = i16x8.extend_high_i8x16_u(y);
    const b0 = i16x8.extend_low_i8x16_s(b);
    const b1 = i16x8.extend_high_i8x16_s(b);
    const r0 = i16x8.extend_low_i8x16_s(r);
    const r1 = i16x8.extend_high_i8x16_s(r);
    interleave(
      i8x16.narrow_i16x8_u(redOf(y0, r0), redOf(y1, r1)),
      i8x16.narrow_i16x8_u(greenOf(y0, b0, r0), greenOf(y1, b1, r1)),
      i8x16.narrow_i16x8_u(blueOf(y0, b0), blueOf(y1, b1)),
      target + <usize>(x * 3),
    );
  }
}

@inline
function interleave(r: v128, g: v128, b: v128, target: usize): void {
  const first = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  v128.store(target, i8x16.shuffle(first, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  const second = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  v128.store(target, i8x16.shuffle(second, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  const third = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(target, i8x16.shuffle(third, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

/**
 * Planes to RGB. `across` and `down` say whether chroma is halved that way (`down` only with `across`); `width` and `height`
 * are the picture's, `chromaWidth` and `chromaHeight` the chroma planes' without padding. `room` holds three rows.
 */
export function toRgb(
  luma: usize, lumaStride: i32, cb: usize, cr: usize, chromaStride: i32, chromaWidth: i32, chromaHeight: i32,
  across: i32, down: i32, room: usize, target: usize, width: i32, height: i32,
): void {
  const wide = <usize>(lumaStride + 64);
  for (let y: i32 = 0; y < height; y++) {
    let b = room;
    let r = room + wide;
    if (across) {
      const at = down ? y >> 1 : y;
      const near = max(0, min(chromaHeight - 1, y & 1 ? at + 1 : at - 1));
      const sums = room + 2 * wide;
      widen(cb + at * chromaStride, down ? cb + near * chromaStride : 0, chromaWidth, sums, b);
      widen(cr + at * chromaStride, down ? cr + near * chromaStride : 0, chromaWidth, sums, r);
    } else {
      b = cb + y * chromaStride;
      r = cr + y * chromaStride;
    }
    colourRow(luma + y * lumaStride, b, r, target + <usize>(y * width * 3), width);
  }
}

/** A plane of grey to RGB. */
export function greyToRgb(luma: usize, stride: i32, target: usize, width: i32, height: i32): void {
  for (let y: i32 = 0; y < height; y++) {
    for (let x: i32 = 0; x < width; x += 16) {
      const grey = v128.load(luma + y * stride + x);
      interleave(grey, grey, grey, target + <usize>((y * width + x) * 3));
    }
  }
}
