import type { Picture } from "../picture.ts";
import { type Kernels, reserve } from "./kernels.ts";
import { type HuffmanTable, type JpegHeader, parseJpeg } from "./parse-jpeg.ts";

const TABLE_BYTES = 4608;
const COMPONENT_BYTES = 32;

/** Larger pictures would leave each thread's memory, which never shrinks, above 100 MB. */
const MOST_PIXELS = 2 ** 24;

/** Where everything lies in the kernels' memory, after the file itself. */
interface Layout {
  words: number;
  block: number;
  components: number;
  tables: number;
  planes: { at: number; stride: number; rows: number }[];
  room: number;
  target: number;
  end: number;
}

/**
 * Decodes an ordinary baseline JPEG file on this thread, byte for byte as libjpeg does by default, or says `undefined`: for
 * everything that {@link parseJpeg} does not take, and for damaged or cut off data.
 */
export function decodeJpeg(file: Uint8Array): Picture | undefined {
  const header = parseJpeg(file);
  if (header === undefined) return undefined;
  const { width, height, components } = header;
  if (width * height > MOST_PIXELS) return undefined;
  const { h, v } = components[0] as { h: number; v: number };
  const chroma = { width: Math.ceil(width / h), height: Math.ceil(height / v) };
  // libjpeg repeats the samples of very narrow chroma instead of interpolating
  if (h > 1 && chroma.width <= 2) return undefined;
  const units = { across: Math.ceil(width / (8 * h)), down: Math.ceil(height / (8 * v)) };
  const layout = layOut(file.length, header, units);
  const kernels = reserve(layout.end + 64);
  const { bytes, free } = kernels;
  bytes.set(file, free);
  if (!writeTables(kernels, header, layout)) return undefined;
  const at = (offset: number): number => free + offset;
  const scan = [at(header.scan), at(file.length), at(layout.words), at(layout.block), at(layout.components)];
  if (kernels.decodeScan(...scan, components.length, units.across, units.down, header.restart) !== 0) return undefined;
  const [luma, cb, cr] = layout.planes as [Layout["planes"][0], Layout["planes"][0], Layout["planes"][0]];
  const target = at(layout.target);
  if (components.length === 1) kernels.greyToRgb(at(luma.at), luma.stride, target, width, height);
  else {
    const from = [at(luma.at), luma.stride, at(cb.at), at(cr.at), cb.stride, chroma.width, chroma.height];
    kernels.toRgb(...from, h - 1, v - 1, at(layout.room), target, width, height);
  }
  return { data: bytes.slice(target, target + width * height * 3), width, height };
}

function layOut(
  size: number,
  { width, height, components }: JpegHeader,
  units: { across: number; down: number },
): Layout {
  let end = 0;
  const take = (count: number): number => {
    const at = end;
    // Vectors are read and written past the last byte of each part
    end = Math.ceil((at + count + 64) / 16) * 16;
    return at;
  };
  take(size);
  const words = take(size);
  const block = take(128);
  const parts = take(components.length * COMPONENT_BYTES);
  const tables = take(components.length * (2 * TABLE_BYTES + 128));
  const planes = components.map(({ h, v }) => {
    const stride = units.across * h * 8;
    const rows = units.down * v * 8;
    return { at: take(stride * rows), stride, rows };
  });
  const room = take(6 * ((planes[0] as { stride: number }).stride + 64));
  const target = take(width * height * 3);
  return { words, block, components: parts, tables, planes, room, target, end };
}

/** Quantisation and Huffman tables, and the components' descriptions; `false` when a table makes no sense. */
function writeTables(kernels: Kernels, { components }: JpegHeader, layout: Layout): boolean {
  const { bytes, free } = kernels;
  const words = new DataView(bytes.buffer, free);
  let next = layout.tables;
  const made = new Map<HuffmanTable | Uint16Array, number>();
  const once = (key: HuffmanTable | Uint16Array, size: number, make: (at: number) => boolean): number => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const at = free + next;
    next += size;
    made.set(key, at);
    return make(at) ? at : 0;
  };
  for (const [i, { h, v, quantisation, dc, ac }] of components.entries()) {
    const huffman = (table: HuffmanTable): number =>
      once(table, TABLE_BYTES, (at) => kernels.makeTable(at, free + table.at, Number(table.isAc)) >= 0);
    const quantiser = once(quantisation, 128, (at) => {
      bytes.set(new Uint8Array(quantisation.buffer), at);
      return true;
    });
    const { at, stride } = layout.planes[i] as Layout["planes"][0];
    const fields = [h, v, quantiser, huffman(dc), huffman(ac), free + at, stride];
    if (fields.includes(0)) return false;
    fields.forEach((field, k) => {
      words.setUint32(layout.components + i * COMPONENT_BYTES + k * 4, field, true);
    });
  }
  return true;
}
