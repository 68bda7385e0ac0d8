import type { Image, Size } from "@lookonce/image";
import { sharedMemory } from "@lookonce/worker-pool";

/** Most bytes in one piece of shared memory; far below any engine's limit, far above any image. */
const chunkBytes = 2 ** 28;

const states = { empty: 0, filling: 1, ready: 2 } as const;

/** Shared memory with a place for some of the images of a data set. Handing it to a worker copies handles alone. */
export interface MemoryLayout {
  chunks: Uint8Array[];
  /** Where each image goes, counted through all chunks; -1 for those that have no place. */
  places: Float64Array;
  /** Width and height of each image as it is kept. */
  sizes: Int32Array;
  /** Whether each image is there. */
  states: Int32Array;
}

export function imageBytes({ width, height }: Size): number {
  return width * height * 3;
}

/** Sets shared memory aside for the first images that fit into `limit` bytes. It is taken up as images come in. */
export function layOutMemory(sizes: readonly Size[], limit: number): MemoryLayout {
  const layout: MemoryLayout = {
    chunks: [],
    places: new Float64Array(sharedMemory(sizes.length * 8)).fill(-1),
    sizes: new Int32Array(sharedMemory(sizes.length * 8)),
    states: new Int32Array(sharedMemory(sizes.length * 4)),
  };
  const filled: number[] = [];
  let used = 0;
  let [chunk, end] = [-1, chunkBytes];
  sizes.forEach((size, i) => {
    const bytes = imageBytes(size);
    layout.sizes.set([size.width, size.height], i * 2);
    if (used + bytes > limit || bytes > chunkBytes) return;
    if (end + bytes > chunkBytes) [chunk, end] = [chunk + 1, 0];
    layout.places[i] = chunk * chunkBytes + end;
    end += bytes;
    filled[chunk] = end;
    used += bytes;
  });
  layout.chunks = filled.map((bytes) => new Uint8Array(sharedMemory(bytes)));
  return layout;
}

/**
 * Resized images in memory that all threads share; the thread that reads an image first adds it for all. Nothing is thrown
 * out: an epoch asks for every image once, so that throwing out the oldest would keep nothing that is asked for next.
 */
export class MemoryCache {
  readonly #layout: MemoryLayout;

  constructor(layout: MemoryLayout) {
    this.#layout = layout;
  }

  /** The image, when it is there: the shared memory itself, which must not be changed. */
  get(index: number): Image | undefined {
    const { states: all } = this.#layout;
    if (Atomics.load(all, index) !== states.ready) return undefined;
    const { width, height } = this.#size(index);
    return { data: this.#bytes(index), width, height };
  }

  /** Keeps a copy of the image, when it has a place and is not there yet. */
  add(index: number, image: Image): void {
    const { places, states: all } = this.#layout;
    if ((places[index] ?? -1) < 0) return;
    const { width, height } = this.#size(index);
    // a file that was replaced by one of another size after the data set was opened has no place
    if (image.width !== width || image.height !== height) return;
    // a worker that dies while filling leaves the image out; the others read it from its file
    if (Atomics.compareExchange(all, index, states.empty, states.filling) !== states.empty) return;
    this.#bytes(index).set(image.data);
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
    return (this.#layout.chunks[chunk] as Uint8Array).subarray(start, start + imageBytes(this.#size(index)));
  }
}
