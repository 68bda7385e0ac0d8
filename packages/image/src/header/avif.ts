import type { HeaderBytes, NumberWidth } from "./header-bytes.ts";
import type { StoredSize } from "./stored-size.ts";

/** A box of ISO 14496-12: its type and content. */
interface Box {
  type: string;
  content: HeaderBytes;
}

/** Reads the size of an AVIF file's primary item (ISO 23008-12, 6.5), the way round that decoders turn it. */
export function avifHeader(bytes: HeaderBytes): StoredSize {
  const [fileType, ...boxes] = boxesOf(bytes);
  // Files of the general brands may contain other codecs
  if (!/avi[fs]/.test(fileType?.content.text(0, maxBrands * 4) ?? "")) throw new RangeError("no AVIF");
  // Version and flags precede what a meta box contains
  const meta = boxesOf(find(boxes, "meta").part(4));
  const properties = boxesOf(find(meta, "iprp"));
  const primary = find(meta, "pitm");
  const id = primary.number(0, 1) === 0 ? primary.number(4, 2) : primary.number(4, 4);
  const all = boxesOf(find(properties, "ipco"));
  const own = propertyIndices(find(properties, "ipma"), id).map((index) => all[index - 1]);
  if (own.some((box) => box?.type === "clap")) throw new RangeError("cropped");
  const size = find(own, "ispe");
  const [width, height] = [size.number(4, 4), size.number(8, 4)];
  const turns = own.find((box) => box?.type === "irot")?.content.number(0, 1) ?? 0;
  return turns % 2 === 0 ? { width, height, orientation: 1 } : { width: height, height: width, orientation: 1 };
}

function find(boxes: readonly (Box | undefined)[], type: string): HeaderBytes {
  const box = boxes.find((one) => one?.type === type);
  if (box === undefined) throw new RangeError(`no box ${type}`);
  return box.content;
}

/** Brands that a file may name; what comes after them is not read. */
const maxBrands = 100;

/** Real files have tens of boxes and items; what has more is left to the decoder. */
const maxCount = 1000;

function boxesOf(bytes: HeaderBytes): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const [length, type] = [bytes.number(at, 4), bytes.text(at + 4, at + 8)];
    const isLong = length === 1;
    const end = at + (length === 0 ? bytes.length - at : isLong ? bytes.number(at + 8, 8) : length);
    const start = at + (isLong ? 16 : 8);
    if (end < start || boxes.length === maxCount) throw new RangeError("no box");
    boxes.push({ type, content: bytes.part(start, end) });
    at = end;
  }
  return boxes;
}

/** The numbers of an item's properties, from 1. */
function propertyIndices(associations: HeaderBytes, id: number): number[] {
  const [isWideId, isWideIndex] = [associations.number(0, 1) > 0, (associations.number(3, 1) & 1) === 1];
  const width: NumberWidth = isWideIndex ? 2 : 1;
  let at = 8;
  for (let left = Math.min(associations.number(4, 4), maxCount); left > 0; left--) {
    const item = isWideId ? associations.number(at, 4) : associations.number(at, 2);
    at += isWideId ? 4 : 2;
    const count = associations.number(at++, 1);
    if (item === id) {
      const mask = isWideIndex ? 0x7fff : 0x7f;
      return Array.from({ length: count }, (_, i) => associations.number(at + i * width, width) & mask);
    }
    at += count * width;
  }
  throw new RangeError("no properties");
}
