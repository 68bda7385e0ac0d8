/** How a number is stored: on how many bytes, and whether the lowest comes first. */
export type NumberWidth = 1 | 2 | 3 | 4 | 8;

/** The bytes of a file whose header is read by places. Reading behind their end is a `RangeError`. */
export class HeaderBytes {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.length = bytes.byteLength;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The whole number at a place, its highest byte first unless `little`. */
  number(at: number, width: NumberWidth, little = false): number {
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, little);
    if (width === 4) return this.#view.getUint32(at, little);
    if (width === 8) return Number(this.#view.getBigUint64(at, little));
    const [low, high] = little ? [at, at + 2] : [at + 2, at];
    return this.#view.getUint8(low) | (this.#view.getUint8(at + 1) << 8) | (this.#view.getUint8(high) << 16);
  }

  /** The bytes of a range as text, one letter each. */
  text(from: number, to: number): string {
    return String.fromCharCode(...this.#bytes.subarray(from, to));
  }

  /** The bytes of a range, or those of it that are there; without a copy. */
  part(from: number, to: number = this.length): HeaderBytes {
    return new HeaderBytes(this.#bytes.subarray(from, to));
  }
}
