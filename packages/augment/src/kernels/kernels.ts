import { kernelBytes } from "../generated/kernels.ts";

/** What kernels/*.ts exports; pointers are byte offsets into {@link Kernels.bytes}. */
interface KernelFunctions {
  fillWeights(table: number): void;
  warpAffine(...numbers: number[]): void;
  warpPerspective(...numbers: number[]): void;
  mirror(source: number, target: number, width: number, height: number): void;
  turnColors(...numbers: number[]): void;
}

/** The kernels and their memory. */
export interface Kernels extends KernelFunctions {
  /** The memory; taken anew after each {@link reserve}, because growing it detaches the old view. */
  bytes: Uint8Array;
  /** Where the weights of interpolation lie, tables of colors that stay from call to call, and room for the caller. */
  weights: number;
  colors: number;
  free: number;
}

const PAGE = 65536;
const WEIGHT_BYTES = 1024 * 16;

/** Room for what `turnColors` looks up and for three planes of 1,024 pixels. */
const COLOR_BYTES = 256 * 1024;

let memory: WebAssembly.Memory | undefined;
let kernels: Kernels | undefined;

/**
 * The kernels, with at least `bytes` of room from `free` on. One memory serves the whole thread: what a caller writes there
 * stays until the next call of this function, so nothing may be left there across an `await`.
 */
export function reserve(bytes: number): Kernels {
  kernels ??= start();
  const { buffer } = memory as WebAssembly.Memory;
  // Vector loads and stores may touch a few bytes behind the last pixel
  const missing = kernels.free + bytes + 64 - buffer.byteLength;
  if (missing > 0) {
    (memory as WebAssembly.Memory).grow(Math.ceil(missing / PAGE));
    kernels.bytes = new Uint8Array((memory as WebAssembly.Memory).buffer);
  }
  return kernels;
}

function start(): Kernels {
  const weights = PAGE;
  const colors = weights + WEIGHT_BYTES;
  const free = colors + COLOR_BYTES;
  memory = new WebAssembly.Memory({ initial: Math.ceil(free / PAGE) });
  const module = new WebAssembly.Module(Uint8Array.from(atob(kernelBytes), (letter) => letter.charCodeAt(0)));
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelFunctions;
  functions.fillWeights(weights);
  return { ...functions, bytes: new Uint8Array(memory.buffer), weights, colors, free };
}
