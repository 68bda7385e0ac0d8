import { crc32, deflateSync } from "node:zlib";

/** A program that pretends to be an image: filters that cost a decoder hours, after bytes that a careless check accepts. */
export function costlySvg(disguise) {
  const turbulence = '<feTurbulence baseFrequency="0.5" numOctaves="200"/><feMorphology radius="90"/>';
  const filter = `<filter id="f" x="0" y="0" width="1" height="1">${turbulence.repeat(250)}</filter>`;
  const attributes = 'xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"';
  const shapes = `<defs>${filter}</defs><rect width="4000" height="4000" filter="url(#f)"/></svg>`;
  const starts = {
    plain: `<svg ${attributes}>`,
    webp: `<svg a="WEBP" ${attributes}>`,
    avif: `<!--ftypavif--><svg ${attributes}>`,
  };
  return Buffer.from(starts[disguise] + shapes);
}

/** A chunk of a PNG file. */
export function pngChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG file of `side` × `side` black and white pixels: 31 KB for 16,000. */
export function largePng(side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const pixels = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 9 });
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    ...[signature, pngChunk("IHDR", header), pngChunk("IDAT", pixels)],
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Nine lists that stand for a billion values. */
export function aliasBomb() {
  const lists = Array.from({ length: 8 }, (_, i) => `b${i + 1}: &b${i + 1} [${Array(10).fill(`*b${i}`).join(", ")}]`);
  return [`b0: &b0 [${Array(10).fill("x").join(", ")}]`, ...lists].join("\n");
}
