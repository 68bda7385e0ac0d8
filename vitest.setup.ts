import { expect } from "vitest";

/**
 * Typed arrays of the same type and the same bytes are equal. Vitest alone walks them element by element, for some 5 µs
 * each, which is seconds for an image. Where bytes differ it decides by itself, and shows where.
 */
function equalBytes(actual: unknown, expected: unknown): true | undefined {
  if (!ArrayBuffer.isView(actual) || !ArrayBuffer.isView(expected)) return undefined;
  if (actual.constructor !== expected.constructor || actual.byteLength !== expected.byteLength) return undefined;
  return bytesOf(actual).equals(bytesOf(expected)) ? true : undefined;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

expect.addEqualityTesters([equalBytes]);
