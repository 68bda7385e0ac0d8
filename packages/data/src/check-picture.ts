import { open } from "node:fs/promises";
import { readPicture, readPictureSize, type Size } from "@lookonce/augment";

/**
 * The size of a picture that is there and, as far as can be told without decoding it, whole.
 *
 * The header is read, and the end of the file is looked at: a JPEG ends with its end marker, a PNG with IEND, a WebP has
 * the length it states. A file of another form, or with something behind its end, is decoded to be sure.
 *
 * @throws LookonceError `NOT_FOUND` or `FORMAT`, as `readPicture`
 */
export async function checkPicture(path: string): Promise<Size> {
  const size = await readPictureSize(path);
  if (!(await endsAsItShould(path))) await readPicture(path);
  return size;
}

async function endsAsItShould(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = (await file.read(Buffer.alloc(12), 0, 12, 0)).buffer;
    const tail = (await file.read(Buffer.alloc(12), 0, 12, Math.max(0, size - 12))).buffer;
    if (head.readUInt16BE(0) === 0xffd8) return tail.readUInt16BE(10) === 0xffd9;
    if (head.toString("latin1", 1, 4) === "PNG") return tail.toString("latin1", 4, 8) === "IEND";
    if (head.toString("latin1", 8, 12) === "WEBP") return head.readUInt32LE(4) + 8 <= size;
    return false;
  } finally {
    await file.close();
  }
}
