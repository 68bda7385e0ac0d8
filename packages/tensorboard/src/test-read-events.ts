/** A field of a protobuf message as it lies in the bytes. */
export type Field = number | bigint | Uint8Array;

/** A protobuf message without its schema: the values of each field number, in their order. */
export type Message = Map<number, Field[]>;

/** Reads the fields of a message; knows nothing of the library that wrote it. */
export function readMessage(bytes: Uint8Array): Message {
  const message: Message = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = readField(key & 7);
    message.set(key >> 3, [...(message.get(key >> 3) ?? []), field]);
  }
  return message;

  function readField(wire: number): Field {
    if (wire === 0) return varint();
    const size = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
    const from = at;
    at += size;
    if (at > bytes.length) throw new Error("the message is cut off");
    if (wire === 1) return view.getFloat64(from, true);
    if (wire === 5) return view.getFloat32(from, true);
    return bytes.subarray(from, at);
  }
}

/** The data of each record of a file; throws where a checksum is wrong, and stops before a record that is cut off. */
export function readRecords(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    if (at + 16 + length > file.length) break;
    const data = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 8, true) !== masked(file.subarray(at, at + 8))) throw new Error("the length's checksum");
    if (view.getUint32(at + 12 + length, true) !== masked(data)) throw new Error("the data's checksum");
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** CRC-32C bit by bit (Castagnoli's polynomial, reflected), with TFRecord's mask. */
function masked(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  const value = ~crc >>> 0;
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
}

/** The only value of a field that is a message. */
export function inner(message: Message, field: number): Message {
  return readMessage(message.get(field)?.[0] as Uint8Array);
}

/** The values of a field that are texts. */
export function texts(message: Message, field: number): string[] {
  return (message.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
}
