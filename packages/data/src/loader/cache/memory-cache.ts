import type { Picture, Size } from "@lookonce/augment";

/** Most bytes in one piece of shared memory; far below any engine's limit, far above any picture. */
const chunkBytes = 2 ** 28;

const states = { empty: 0, filling: 1, ready: 2 } as const;

/** Shared memory with a place for some of the pictures of a data set. Handing it to a worker copies handles alone. */
export interface MemoryLayout {
  chunks: Uint8Array[];
  /** Where each picture goes, counted through all chunks; -1 for those that have no place. */
  places: Float64Array;
  /** Width and height of each picture as it is kept. */
  sizes: Int32Array;
  /** Whether each picture is there. */
  states: Int32Array;
}

/** Bytes of a picture's pixels. */
export function pictureBytes({ width, height }: Size): number {
  return width * height * 3;
}

/** Sets shared memory aside for the first pictures that fit into `limit` bytes. It is taken up as pictures come in. */
export function layOutMemory(sizes: readonly Size[], limit: number): MemoryLayout {
  const layout: MemoryLayout = {
    chunks: [],
    places: new Float64Array(new SharedArrayBuffer(sizes.length * 8)).fill(-1),
    sizes: new Int32Array(new SharedArrayBuffer(sizes.length * 8)),
    states: new Int32Array(new SharedArrayBuffer(sizes.length * 4)),
  };
  const filled: number[] = [];
  let used = 0;
  sizes.forEach((size, i) => {
    const bytes = pictureBytes(size);
    layout.sizes.set([size.width, size.height], i * 2);
    if (used + bytes > limit || bytes > chunkBytes) return;
    if (filled.length === 0 || (filled.at(-1) as number) + bytes > chunkBytes) filled.push(0);
    const chunk = filled.length - 1;
    layout.places[i] = chunk * chunkBytes + (filled[chunk] as number);
    filled[chunk] = (filled[chunk] as number) + bytes;
    used += bytes;
  });
  layout.chunks = filled.map((bytes) => new Uint8Array(new SharedArrayBuffer(bytes)));
  return layout;
}

/**
 * Resized pictures in memory that all threads share; whichever thread reads a picture first puts it in, for all.
 *
 * Nothing is ever thrown out: an epoch asks for every picture once, in another order each time, so that throwing out the
 * oldest would keep nothing that is asked for next.
 */
export class MemoryCache {
  readonly #layout: MemoryLayout;

  constructor(layout: MemoryLayout) {
    this.#layout = layout;
  }

  /** The picture, when it is there: the shared memory itself, which must not be changed. */
  get(index: number): Picture | undefined {
    const { states: all } = this.#layout;
    if (Atomics.load(all, index) !== states.ready) return undefined;
    const { width, height } = this.#size(index);
    return { data: this.#bytes(index), width, height };
  }

  /** Keeps a copy of the picture, when it has a place and nobody has put it there. */
  add(index: number, picture: Picture): void {
    const { places, states: all } = this.#layout;
    if ((places[index] as number) < 0) return;
    const { width, height } = this.#size(index);
    // a file that was replaced by one of another size after the data set was opened has no place
    if (picture.width !== width || picture.height !== height) return;
    // a worker that dies while filling leaves the picture out; the others read it from its file
    if (Atomics.compareExchange(all, index, states.empty, states.filling) !== states.empty) return;
    this.#bytes(index).set(picture.data);
    Atomics.store(all, index, states.ready);
  }

  #size(index: number): Size {
    const { sizes } = this.#layout;
    return { width: sizes[index * 2] as number, height: sizes[index * 2 + 1] as number };
  }

  #bytes(index: number): Uint8Array {
    const place = this.#layout.places[index] as number;
    const chunk = Math.floor(place / chunkBytes);
    const start = place - chunk * chunkBytes;
    return (this.#layout.chunks[chunk] as Uint8Array).subarray(start, start + pictureBytes(this.#size(index)));
  }
}
