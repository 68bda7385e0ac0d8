/** Four 32-bit FNV-1a sums of a text from different offsets, each finished with MurmurHash3's mixer; never all zero. */
export function hash128(text: string): [number, number, number, number] {
  const sums = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let k = 0; k < 4; k++) {
      sums[k] = Math.imul((sums[k] as number) ^ (unit + k * 0x1f35), 0x01000193);
    }
  }
  return [mix(sums[0] as number) | 1, mix(sums[1] as number), mix(sums[2] as number), mix(sums[3] as number)];
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
