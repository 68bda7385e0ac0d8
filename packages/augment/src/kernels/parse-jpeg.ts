/** A Huffman table of the file. */
export interface HuffmanTable {
  /** Where its 16 counts begin in the file; its symbols follow. */
  at: number;
  isAc: boolean;
}

/** One component of the picture. */
export interface JpegComponent {
  /** Blocks in a unit, across and down. */
  h: number;
  v: number;
  quantisation: Uint16Array;
  dc: HuffmanTable;
  ac: HuffmanTable;
}

/** What a baseline JPEG says before its pixels. */
export interface JpegHeader {
  width: number;
  height: number;
  components: JpegComponent[];
  /** Units between restart markers; 0 without. */
  restart: number;
  /** Where the pixels' data begin in the file. */
  scan: number;
}

interface Parsed {
  quantisation: (Uint16Array | undefined)[];
  huffman: Map<number, HuffmanTable>;
  frame?: { width: number; height: number; components: { id: number; h: number; v: number; table: number }[] };
  restart: number;
  /** JFIF says that colours are YCbCr. */
  jfif: boolean;
}

/** Natural index of the k-th coefficient in zigzag order (T.81, figure 5). */
const zigzag: readonly number[] = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/**
 * Reads the markers of a JPEG file (ITU-T T.81) as far as {@link JpegHeader} can tell of it.
 *
 * `undefined` for everything out of the ordinary: progressive, lossless, arithmetic or 12-bit coding, several scans, colours
 * other than grey and YCbCr, unusual subsampling, a turned picture, or markers that make no sense.
 */
export function parseJpeg(file: Uint8Array): JpegHeader | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parsed: Parsed = { quantisation: [], huffman: new Map(), restart: 0, jfif: false };
  if (file.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > file.length) return undefined;
    const segment = { start: at + 4, end };
    if (marker === 0xffda) return readScan(view, segment, parsed);
    if (!readSegment(marker, view, segment, parsed)) return undefined;
    at = end;
  }
  return undefined;
}

interface Segment {
  start: number;
  end: number;
}

function readSegment(marker: number, view: DataView, segment: Segment, parsed: Parsed): boolean {
  switch (marker) {
    case 0xffc0:
    case 0xffc1:
      return readFrame(view, segment, parsed);
    case 0xffc4:
      return readHuffman(view, segment, parsed);
    case 0xffdb:
      return readQuantisation(view, segment, parsed);
    case 0xffdd:
      parsed.restart = view.getUint16(segment.start);
      return segment.end - segment.start === 2;
    case 0xffe0:
      parsed.jfif ||= text(view, segment, 5) === "JFIF\0";
      return true;
    case 0xffe1:
      return text(view, segment, 6) !== "Exif\0\0" || isUpright(view, segment);
    case 0xffee:
      // Adobe's marker says how colours are meant; 1 is YCbCr
      return (
        text(view, segment, 5) !== "Adobe" ||
        (segment.end - segment.start >= 12 && view.getUint8(segment.start + 11) === 1)
      );
    default:
      return marker === 0xfffe || (marker >= 0xffe2 && marker <= 0xffef);
  }
}

function text(view: DataView, { start, end }: Segment, length: number): string {
  if (end - start < length) return "";
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + start, length));
}

/** Whether EXIF data (a TIFF directory) leave the picture as it is: no orientation, or 1. */
function isUpright(view: DataView, { start, end }: Segment): boolean {
  const tiff = start + 6;
  if (end - tiff < 8) return false;
  const little = view.getUint16(tiff) === 0x4949;
  if (!little && view.getUint16(tiff) !== 0x4d4d) return false;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > end) return false;
  const count = view.getUint16(directory, little);
  if (directory + 2 + count * 12 > end) return false;
  for (let i = 0; i < count; i++) {
    const field = directory + 2 + i * 12;
    if (view.getUint16(field, little) === 0x0112) return view.getUint16(field + 8, little) === 1;
  }
  return true;
}

function readFrame(view: DataView, { start, end }: Segment, parsed: Parsed): boolean {
  if (parsed.frame !== undefined || end - start < 6 || view.getUint8(start) !== 8) return false;
  const count = view.getUint8(start + 5);
  if ((count !== 1 && count !== 3) || end - start !== 6 + 3 * count) return false;
  const components = Array.from({ length: count }, (_, i) => {
    const at = start + 6 + 3 * i;
    const factors = view.getUint8(at + 1);
    return { id: view.getUint8(at), h: factors >> 4, v: factors & 15, table: view.getUint8(at + 2) };
  });
  parsed.frame = { height: view.getUint16(start + 1), width: view.getUint16(start + 3), components };
  return true;
}

function readHuffman(view: DataView, { start, end }: Segment, { huffman }: Parsed): boolean {
  let at = start;
  while (at + 17 <= end) {
    const place = view.getUint8(at);
    let symbols = 0;
    for (let i = 1; i <= 16; i++) symbols += view.getUint8(at + i);
    if (symbols > 256 || at + 17 + symbols > end) return false;
    huffman.set(place, { at: at + 1, isAc: place >> 4 === 1 });
    at += 17 + symbols;
  }
  return at === end;
}

function readQuantisation(view: DataView, { start, end }: Segment, { quantisation }: Parsed): boolean {
  let at = start;
  while (at < end) {
    const place = view.getUint8(at);
    const wide = place >> 4 !== 0;
    if (at + 1 + (wide ? 128 : 64) > end) return false;
    const table = new Uint16Array(64);
    zigzag.forEach((natural, k) => {
      table[natural] = wide ? view.getUint16(at + 1 + 2 * k) : view.getUint8(at + 1 + k);
    });
    quantisation[place & 15] = table;
    at += 1 + (wide ? 128 : 64);
  }
  return at === end;
}

function readScan(view: DataView, { start, end }: Segment, parsed: Parsed): JpegHeader | undefined {
  const { frame, huffman, quantisation, restart, jfif } = parsed;
  if (frame === undefined || frame.width === 0 || frame.height === 0) return undefined;
  const count = frame.components.length;
  if (end - start !== 4 + 2 * count || view.getUint8(start) !== count) return undefined;
  // All 64 coefficients at once, in full
  if (view.getUint16(end - 3) !== 63 || view.getUint8(end - 1) !== 0) return undefined;
  // Without JFIF only these names are sure to be YCbCr
  if (count === 3 && !jfif && frame.components.some(({ id }, i) => id !== i + 1)) return undefined;
  const components: JpegComponent[] = [];
  for (const [i, { id, h, v, table }] of frame.components.entries()) {
    const tables = view.getUint8(start + 2 + 2 * i);
    const dc = huffman.get(tables >> 4);
    const ac = huffman.get(16 + (tables & 15));
    const quantiser = quantisation[table];
    if (view.getUint8(start + 1 + 2 * i) !== id || !dc || !ac || !quantiser) return undefined;
    // The only component is stored block by block, whatever its factors say
    components.push({ h: count === 1 ? 1 : h, v: count === 1 ? 1 : v, quantisation: quantiser, dc, ac });
  }
  return isUsual(components) ? { width: frame.width, height: frame.height, components, restart, scan: end } : undefined;
}

/** Grey, or chroma as fine as luma, halved across, or halved both ways. */
function isUsual(components: readonly JpegComponent[]): boolean {
  const factors = components.map(({ h, v }) => `${h}${v}`).join(" ");
  return ["11", "11 11 11", "21 11 11", "22 11 11"].includes(factors);
}
