/** What the first bytes of the image files that are taken look like. */
const kinds: readonly { kind: string; at: number; bytes: readonly number[] }[] = [
  { kind: "jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { kind: "png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { kind: "webp", at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
  { kind: "gif", at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { kind: "tiff", at: 0, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { kind: "tiff", at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { kind: "bmp", at: 0, bytes: [0x42, 0x4d] },
  // ISO 14496-12: the box `ftyp`, here with AVIF's brand
  { kind: "avif", at: 4, bytes: [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69] },
];

/** The formats that the service decodes, for people. */
export const imageKinds = "JPEG, PNG, WebP, GIF, TIFF, BMP or AVIF";

/**
 * The format of an image file, by its first bytes alone; `undefined` for anything else.
 *
 * Decoders know more formats, some of which are programs rather than pixels (SVG, PDF): those never reach them.
 */
export function imageKind(file: Uint8Array): string | undefined {
  return kinds.find(({ at, bytes }) => bytes.every((byte, i) => file[at + i] === byte))?.kind;
}
