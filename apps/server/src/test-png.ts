import { crc32, deflateSync } from "node:zlib";

/** Options of {@link pngFile}. */
export interface PngOptions {
  width: number;
  height: number;
  /** Size in the header, where it is to be wrong. */
  announced?: { width: number; height: number };
  /** Color of all pixels (default gray). */
  color?: readonly [red: number, green: number, blue: number];
}

/** A PNG file of one color, made by hand so that its header can lie. */
export function pngFile({ width, height, announced = { width, height }, color = [114, 114, 114] }: PngOptions): Buffer {
  const row = Buffer.concat([Buffer.of(0), Buffer.from(Array.from({ length: width }, () => [...color]).flat())]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(announced.width, 0);
  header.writeUInt32BE(announced.height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A small file of a small image whose pixels inflate to `bytes` bytes of zeros: a zip bomb. */
export function pngBomb(bytes: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(64, 0);
  header.writeUInt32BE(64, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("zTXt", Buffer.concat([Buffer.from("Comment\0\0", "latin1"), deflateSync(Buffer.alloc(bytes))])),
    chunk("IDAT", deflateSync(Buffer.alloc(bytes))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
