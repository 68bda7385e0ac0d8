import type { Plan } from "./plan.ts";
import type { HostData } from "./signature.ts";
import type { Stage } from "./stages.ts";
import { hostValue, sizeOf, type Value } from "./value.ts";

/** Places begin at multiples of this many bytes, as memory of ONNX Runtime's own does. */
const alignment = 64;

/** Numbers that are summed over ranks by one call. */
export interface Block {
  /** The place of the first one in the memory, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly half: boolean;
}

/** What is placed together, from the stage that computes it to the last one that reads it. */
interface Piece {
  readonly values: Value[];
  from: number;
  to: number;
  /** The stage after which it is summed over ranks, and how; `undefined` where it is only passed on. */
  readonly half: boolean | undefined;
}

/**
 * The memory of what the stages of a step pass on: one for all of it, in which values that are not needed at the same time share
 * places. What a stage sums over ranks lies in a row.
 */
export class StageMemory {
  /** Bytes that it needs. */
  readonly bytes: number;
  /** What is summed after each stage; a rank's calls are every rank's. */
  readonly blocks: readonly (readonly Block[])[];
  readonly #places: ReadonlyMap<Value, number>;

  /** @param plans those of the stages */
  constructor(stages: readonly Stage[], plans: readonly Plan[]) {
    const pieces = stages.flatMap(({ passed, sums }, stage) => {
      const piece = (values: Value[], half?: boolean): Piece => ({ values, half, from: stage, to: stage });
      const ofSums = [false, true].map((half) => {
        return piece(
          sums.filter((sum) => sum.half === half).map(({ total }) => total),
          half,
        );
      });
      return [...ofSums, ...[...passed.values()].map((value) => piece([value]))].filter(
        ({ values }) => values.length > 0,
      );
    });
    const pieceOf = new Map(pieces.flatMap((piece) => piece.values.map((value) => [value, piece])));
    for (const [stage, { inputs }] of plans.entries()) {
      for (const value of inputs) {
        const piece = pieceOf.get(value);
        if (piece !== undefined) piece.to = stage;
      }
    }
    const { offsets, bytes } = place(pieces);
    this.bytes = bytes;
    this.#places = offsets;
    this.blocks = stages.map((_, stage) =>
      pieces.flatMap(({ values: [first, ...rest], from, half }) => {
        if (from !== stage || half === undefined || first === undefined) return [];
        const offset = offsets.get(first) ?? 0;
        const last = rest.at(-1) ?? first;
        return { offset, half, length: ((offsets.get(last) ?? 0) - offset) / 4 + sizeOf(last.shape) };
      }),
    );
  }

  /** The values with contents in the memory, by those that stand for them in the plans. */
  open(buffer: ArrayBuffer): Map<Value, Value> {
    return new Map(
      [...this.#places].map(([value, offset]) => {
        const { shape, dtype } = value;
        return [value, hostValue(shape, dtype, viewOf(value, buffer, offset))];
      }),
    );
  }
}

function viewOf({ shape, dtype }: Value, buffer: ArrayBuffer, offset: number): HostData {
  const Type = dtype === "int32" ? Int32Array : dtype === "bool" ? Uint8Array : Float32Array;
  return new Type(buffer, offset, sizeOf(shape));
}

function bytesOf({ shape, dtype }: Value): number {
  return Math.ceil((sizeOf(shape) * (dtype === "bool" ? 1 : 4)) / alignment) * alignment;
}

/** Finds a place for each piece, the largest first: the lowest that is free from its first to its last stage. */
function place(pieces: readonly Piece[]): { offsets: Map<Value, number>; bytes: number } {
  const placed: { from: number; to: number; begin: number; end: number }[] = [];
  const offsets = new Map<Value, number>();
  const sized = pieces.map((piece) => ({
    ...piece,
    size: piece.values.reduce((sum, value) => sum + bytesOf(value), 0),
  }));
  for (const { values, from, to, size } of sized.sort((a, b) => b.size - a.size)) {
    let begin = 0;
    // In the order of their places, so that the first gap that is large enough is found.
    for (const other of placed) {
      if (other.from > to || other.to < from) continue;
      if (other.begin >= begin + size) break;
      begin = Math.max(begin, other.end);
    }
    placed.push({ from, to, begin, end: begin + size });
    placed.sort((a, b) => a.begin - b.begin);
    let offset = begin;
    for (const value of values) {
      offsets.set(value, offset);
      offset += bytesOf(value);
    }
  }
  return { offsets, bytes: Math.max(0, ...placed.map(({ end }) => end)) };
}
