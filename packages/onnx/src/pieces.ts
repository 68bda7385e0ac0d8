import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { LookonceError } from "@lookonce/errors";

/** Protobuf's limit for one message: https://protobuf.dev/programming-guides/proto-limits/. */
const MAX_BYTES = 2 ** 31 - 1;

function sizeOf(pieces: readonly Uint8Array[]): number {
  const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size <= MAX_BYTES) return size;
  throw new LookonceError(
    "UNSUPPORTED",
    "the model takes more than 2 GiB, the limit of an ONNX file in one piece. Store fewer or smaller tensors in it.",
  );
}

/** A length-delimited field with this content. */
export function delimited(field: number, content: readonly Uint8Array[]): Uint8Array[] {
  return [new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(sizeOf(content)).finish(), ...content];
}

/** The pieces of a message in one, so that weights are copied only once. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(sizeOf(pieces));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}
