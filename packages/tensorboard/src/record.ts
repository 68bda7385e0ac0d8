import crc32c from "crc-32/crc32c.js";

const lengthBytes = 8;
const checksumBytes = 4;

/** What TensorFlow's record files add to a rotated checksum (TensorFlow, `lib/hash/crc32c.h`, 2.16). */
const maskDelta = 0xa282ead8;

/**
 * One record of a TFRecord file: the length of the data (64 bits, little endian), its checksum, the data, its checksum.
 *
 * Checksums are CRC-32C, rotated right by 15 bits and shifted by a constant, so that data that contains checksums itself
 * does not become a checksum of a checksum (TensorFlow, "TFRecord and tf.train.Example", format details).
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(lengthBytes + checksumBytes + data.length + checksumBytes);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(lengthBytes, maskedChecksum(record.subarray(0, lengthBytes)), true);
  record.set(data, lengthBytes + checksumBytes);
  view.setUint32(record.length - checksumBytes, maskedChecksum(data), true);
  return record;
}

function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c.buf(data) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + maskDelta) >>> 0;
}
