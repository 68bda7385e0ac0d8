import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { join, mutateBytes } from "./bytes.ts";

/** A field on the wire: a number, bytes, or a message. */
interface Field {
  id: number;
  wire: number;
  value: bigint | Uint8Array | Field[];
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}

function readVarint(bytes: Uint8Array, from: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value, end: from + i + 1 };
  }
  return undefined;
}

const maxDepth = 12;

/** The fields of a message, or `undefined` where bytes are none. What may be a message is taken for one. */
function parse(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value < 8n || tag.value > 2n ** 32n) return undefined;
    const [id, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    const number = wire === 0 || wire === 2 ? readVarint(bytes, tag.end) : undefined;
    if (wire === 0 && number !== undefined) {
      fields.push({ id, wire, value: number.value });
      at = number.end;
      continue;
    }
    const start = number?.end ?? tag.end;
    const length = wire === 2 ? number?.value : wire === 1 ? 8n : wire === 5 ? 4n : undefined;
    if (length === undefined || length > BigInt(bytes.length - start)) return undefined;
    at = start + Number(length);
    const content = bytes.subarray(start, at);
    const message = wire === 2 && content.length > 1 && depth < maxDepth ? parse(content, depth + 1) : undefined;
    fields.push({ id, wire, value: message ?? content });
  }
  return fields;
}

function encode(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(({ id, wire, value }) => {
      const tag = varint((BigInt(id) << 3n) | BigInt(wire));
      if (typeof value === "bigint") return Buffer.from([...tag, ...varint(value)]);
      const content = Array.isArray(value) ? encode(value) : value;
      const length = wire === 2 ? varint(BigInt(content.length)) : [];
      return Buffer.concat([Uint8Array.from([...tag, ...length]), content]);
    }),
  );
}

/** Adds every list of fields of a message and the messages in it. */
function addLists(fields: Field[], lists: Field[][]): Field[][] {
  lists.push(fields);
  for (const { value } of fields) if (Array.isArray(value)) addLists(value, lists);
  return lists;
}

const numbers = [
  0n,
  1n,
  2n,
  127n,
  128n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  -1n,
];

type Edit = (fields: Field[], at: number, random: Random) => void;

function changeValue(fields: Field[], at: number, random: Random): void {
  const field = fields[at];
  if (field === undefined) return;
  if (typeof field.value === "bigint") field.value = random.choice(numbers);
  else if (!Array.isArray(field.value)) field.value = mutateBytes(field.value, random);
  else random.choice(edits)(field.value, random.integer(0, Math.max(1, field.value.length)), random);
}

function changeNumber(fields: Field[], at: number, random: Random): void {
  const field = fields[at];
  if (field !== undefined)
    field.id = random.chance(0.7) ? random.integer(1, 24) : random.choice([99, 19_000, 2 ** 29 - 1]);
}

function wrap(fields: Field[], at: number, random: Random): void {
  const field = fields[at];
  if (field === undefined) return;
  const ids = [field.id, random.integer(1, 12), random.integer(1, 12)];
  let value = encode([field]);
  for (let depth = random.chance(0.05) ? 600 : random.choice([1, 3, 60]); depth > 0 && value.length < 1e5; depth--) {
    value = encode([{ id: ids[depth % ids.length] ?? 1, wire: 2, value }]);
  }
  field.wire = 2;
  field.value = value;
}

const edits: readonly Edit[] = [
  changeValue,
  changeValue,
  changeValue,
  changeNumber,
  wrap,
  (fields, at) => fields.splice(at, 1),
  (fields, at, random) => {
    const field = fields[at];
    if (field !== undefined) fields.push(...Array<Field>(random.choice([1, 2, 300])).fill(field));
  },
  (fields, at, random) => {
    const field = fields[at];
    if (field !== undefined) field.wire = random.integer(0, 8);
  },
];

/** Fields of seeds and of what was made, which is changed again. */
const known = new WeakMap<Uint8Array, readonly Field[]>();

function copy(fields: readonly Field[]): Field[] {
  return fields.map(({ id, wire, value }) => ({ id, wire, value: Array.isArray(value) ? copy(value) : value }));
}

/** Changes fields of a protobuf message: numbers, values, kinds, copies, depth. */
export const mutateProtobuf: Mutate = (bytes, random) => {
  const parsed = known.get(bytes) ?? parse(bytes);
  const fields = parsed && copy(parsed);
  if (fields === undefined || fields.length === 0) return mutateBytes(bytes, random);
  for (let count = random.choice([1, 1, 2, 4]); count > 0; count--) {
    const all = addLists(fields, []);
    // Copies of copies of copies would never be written
    if (all.length > 300) break;
    const list = random.choice(all);
    random.choice(edits)(list, random.integer(0, Math.max(1, list.length)), random);
  }
  const changed = join([encode(fields)]);
  known.set(changed, fields);
  return changed;
};
