import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { mutateBytes } from "./bytes.ts";

/** Where numbers stand behind a record's signature, and their bytes (APPNOTE.TXT 4.3). */
const records: Readonly<Record<string, readonly (readonly [at: number, width: number])[]>> = {
  "PK\x03\x04": [
    [4, 2],
    [6, 2],
    [8, 2],
    [14, 4],
    [18, 4],
    [22, 4],
    [26, 2],
    [28, 2],
  ],
  "PK\x01\x02": [
    [6, 2],
    [8, 2],
    [10, 2],
    [16, 4],
    [20, 4],
    [24, 4],
    [28, 2],
    [30, 2],
    [32, 2],
    [34, 2],
    [42, 4],
  ],
  "PK\x05\x06": [
    [4, 2],
    [6, 2],
    [8, 2],
    [10, 2],
    [12, 4],
    [16, 4],
    [20, 2],
  ],
};

interface Field {
  at: number;
  width: number;
}

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let start = bytes.indexOf("PK"); start >= 0; start = bytes.indexOf("PK", start + 1)) {
    for (const [at, width] of records[bytes.toString("latin1", start, start + 4)] ?? []) {
      if (start + at + width <= bytes.length) fields.push({ at: start + at, width });
    }
  }
  return fields;
}

/** Changes a number of a zip archive's headers or of its directory, or copies it from another place. */
export const mutateZip: Mutate = (bytes, random: Random) => {
  const changed = Buffer.from(bytes);
  const fields = fieldsOf(changed);
  if (fields.length === 0 || random.chance(0.1)) return mutateBytes(bytes, random);
  for (let count = random.choice([1, 1, 2, 4]); count > 0; count--) {
    const [field, other] = [random.choice(fields), random.choice(fields)];
    const own = changed.readUIntLE(field.at, field.width);
    const value = random.choice([
      ...[0, 1, own + 1, own - 1, own * 2, own + bytes.length, bytes.length, 0xffff, 0xffffffff, 0x7fffffff],
      changed.readUIntLE(other.at, other.width),
    ]);
    changed.writeUIntLE(Math.abs(value) % 256 ** field.width, field.at, field.width);
  }
  return changed;
};
