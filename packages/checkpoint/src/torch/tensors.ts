import { LookonceError } from "@lookonce/errors";
import { type ElementType, storedTensor } from "../element-types.ts";
import type { StoredTensor, TensorData } from "../tensor.ts";

/** Raw memory of a checkpoint; `bytes` looks it up, aligned for its elements, when a tensor needs it. */
export class TorchStorage {
  readonly type: ElementType;
  readonly size: number;
  /** @param what the tensor that asks for it, for errors */
  readonly bytes: (what: string) => Uint8Array;

  constructor(type: ElementType, size: number, bytes: TorchStorage["bytes"]) {
    this.type = type;
    this.size = size;
    this.bytes = bytes;
  }

  get byteLength(): number {
    return this.size * this.type.array.BYTES_PER_ELEMENT;
  }
}

/** A tensor as PyTorch pickles it: a window, with offset and strides in elements, onto a storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, window: { offset: number; shape: readonly number[]; strides: readonly number[] }) {
    this.storage = storage;
    this.offset = window.offset;
    this.shape = window.shape;
    this.strides = window.strides;
  }

  get size(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }
}

/** Expanded tensors (stride 0) may be larger than their file by this many bytes. */
const freeBytes = 2 ** 26;

/** Turns tensors of one file into plain arrays, and stops when they would be far larger than the file. */
export class TensorReader {
  readonly #name: string;
  #budget: number;

  constructor(name: string, fileSize: number) {
    this.#name = name;
    this.#budget = 4 * fileSize + freeBytes;
  }

  /**
   * Row-major elements of a tensor; where it is all of its storage in that order, the storage as it is. A tensor that
   * reaches beyond its storage or is far larger than the file is a `FORMAT` error.
   */
  read(tensor: TorchTensor, what: string): StoredTensor {
    const { storage, shape, strides, offset, size } = tensor;
    this.#check(tensor, what);
    const { buffer, byteOffset } = storage.bytes(what);
    const stored = new storage.type.array(buffer, byteOffset, storage.size);
    const contiguous = isContiguous(shape, strides);
    const whole = contiguous && offset === 0 && size === storage.size;
    const window = whole ? stored : contiguous ? stored.slice(offset, offset + size) : gather(stored, tensor);
    return storedTensor(shape, window, storage.type);
  }

  #check({ storage, shape, strides, offset, size }: TorchTensor, what: string): void {
    this.#budget -= size * (storage.type.widen === undefined ? storage.type.array.BYTES_PER_ELEMENT : 4);
    if (!(this.#budget >= 0)) {
      throw new LookonceError("FORMAT", `${this.#name}: ${what} would be far larger than the file, shape [${shape}]`);
    }
    const last = size === 0 ? -1 : shape.reduce((sum, n, i) => sum + (n - 1) * (strides[i] as number), offset);
    if (!(last < storage.size) || offset > storage.size) {
      throw new LookonceError(
        "FORMAT",
        `${this.#name}: ${what} reaches beyond its data: shape [${shape}], strides [${strides}], offset ${offset}, of ${storage.size} elements`,
      );
    }
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i] as number;
  }
  return true;
}

/** Elements in row-major order, whatever their strides. */
function gather(stored: TensorData, { storage, shape, strides, offset, size }: TorchTensor): TensorData {
  const out = new storage.type.array(size);
  const axes = shape.flatMap((length, i) => (length > 1 ? [{ length, stride: strides[i] as number }] : []));
  const index = new Array<number>(axes.length).fill(0);
  let from = offset;
  for (let i = 0; i < size; i++) {
    out[i] = stored[from] as number & bigint;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { length, stride } = axes[axis] as (typeof axes)[number];
      const next = (index[axis] as number) + 1;
      if (next < length) {
        index[axis] = next;
        from += stride;
        break;
      }
      from -= (next - 1) * stride;
      index[axis] = 0;
    }
  }
  return out;
}
