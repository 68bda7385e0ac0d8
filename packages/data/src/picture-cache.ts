import type { Picture } from "@lookonce/augment";

/**
 * Keeps pictures in memory up to a number of bytes; what does not fit is not kept.
 *
 * Nothing is ever thrown out: an epoch asks for every picture once, in another order each time, so that throwing out the
 * oldest would keep nothing that is asked for next.
 */
export class PictureCache {
  readonly #limit: number;
  readonly #pictures: Map<number, Picture> = new Map();
  #bytes = 0;

  /** @param limit bytes of pixels */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of pixels held. */
  get bytes(): number {
    return this.#bytes;
  }

  get(index: number): Picture | undefined {
    return this.#pictures.get(index);
  }

  add(index: number, picture: Picture): void {
    if (this.#pictures.has(index) || this.#bytes + picture.data.length > this.#limit) return;
    this.#pictures.set(index, picture);
    this.#bytes += picture.data.length;
  }
}
