import type { StoredSize } from "./stored-size.ts";

/** A box of ISO 14496-12: its type and content. */
interface Box {
  type: string;
  content: Buffer;
}

/** Reads the size of an AVIF file's primary item (ISO 23008-12, 6.5), the way round that decoders turn it. */
export function avifHeader(bytes: Buffer): StoredSize {
  const [fileType, ...boxes] = boxesOf(bytes);
  // Files of the general brands may contain other codecs
  if (!/avi[fs]/.test(fileType?.content.toString("latin1") ?? "")) throw new RangeError("no AVIF");
  // Version and flags precede what a meta box contains
  const meta = boxesOf(find(boxes, "meta").subarray(4));
  const properties = boxesOf(find(meta, "iprp"));
  const primary = find(meta, "pitm");
  const id = primary.readUInt8(0) === 0 ? primary.readUInt16BE(4) : primary.readUInt32BE(4);
  const all = boxesOf(find(properties, "ipco"));
  const own = propertyIndices(find(properties, "ipma"), id).map((index) => all[index - 1]);
  if (own.some((box) => box?.type === "clap")) throw new RangeError("cropped");
  const size = find(own, "ispe");
  const [width, height] = [size.readUInt32BE(4), size.readUInt32BE(8)];
  const turns = own.find((box) => box?.type === "irot")?.content.readUInt8(0) ?? 0;
  return turns % 2 === 0 ? { width, height, orientation: 1 } : { width: height, height: width, orientation: 1 };
}

function find(boxes: readonly (Box | undefined)[], type: string): Buffer {
  const box = boxes.find((one) => one?.type === type);
  if (box === undefined) throw new RangeError(`no box ${type}`);
  return box.content;
}

/** Real files have tens of boxes and items; what has more is left to the decoder. */
const maxCount = 1000;

function boxesOf(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const [length, type] = [bytes.readUInt32BE(at), bytes.toString("latin1", at + 4, at + 8)];
    const isLong = length === 1;
    const end = at + (length === 0 ? bytes.length - at : isLong ? Number(bytes.readBigUInt64BE(at + 8)) : length);
    const start = at + (isLong ? 16 : 8);
    if (end < start || boxes.length === maxCount) throw new RangeError("no box");
    boxes.push({ type, content: bytes.subarray(start, end) });
    at = end;
  }
  return boxes;
}

/** The numbers of an item's properties, from 1. */
function propertyIndices(associations: Buffer, id: number): number[] {
  const [isWideId, isWideIndex] = [associations.readUInt8(0) > 0, (associations.readUInt8(3) & 1) === 1];
  const width = isWideIndex ? 2 : 1;
  let at = 8;
  for (let left = Math.min(associations.readUInt32BE(4), maxCount); left > 0; left--) {
    const item = isWideId ? associations.readUInt32BE(at) : associations.readUInt16BE(at);
    at += isWideId ? 4 : 2;
    const count = associations.readUInt8(at++);
    if (item === id) {
      const mask = isWideIndex ? 0x7fff : 0x7f;
      return Array.from({ length: count }, (_, i) => associations.readUIntBE(at + i * width, width) & mask);
    }
    at += count * width;
  }
  throw new RangeError("no properties");
}
