import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from "#file-system";
import { type Content, piecesOf, type WriteOptions, writeAll } from "./write-whole.ts";
import { writing } from "./writing.ts";

/**
 * Appends a text or bytes to a file (made where there is none) whole or not at all: what a full disk took of it is cut off again, so
 * that the file never ends in half a line.
 *
 * @param options `flush`: whether to wait until the disk has the bytes; default `false`
 * @throws LookonceError `IO`, naming the file, which is then as it was before
 */
export function appendWholeSync(path: string, content: Content, { flush = false }: WriteOptions = {}): void {
  writing(path, () => {
    const file = openSync(path, "a");
    try {
      const { size } = fstatSync(file);
      try {
        for (const piece of piecesOf(content)) writeAll(file, piece);
        if (flush) fsyncSync(file);
      } catch (error) {
        cut(file, size);
        throw error;
      }
    } finally {
      closeSync(file);
    }
  });
}

function cut(file: number, size: number): void {
  try {
    ftruncateSync(file, size);
  } catch {
    // The failure that counts is the one that led here
  }
}
