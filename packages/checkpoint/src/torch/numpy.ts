import { PickledObject } from "../pickle/values.ts";

/**
 * The number or flat list of numbers of a numpy scalar, `scalar(dtype, bytes)`, or array of at most 4096 elements, whose
 * state is `(version, shape, dtype, fortran order, bytes)` (numpy 1.26, 2.0, `ndarray.__reduce__`); otherwise `null`.
 */
export function numpyValue(object: PickledObject): number | number[] | null {
  if (object.name === "scalar") {
    const [type, bytes] = object.args;
    return decode(type, bytes)?.[0] ?? null;
  }
  if (object.name === "_reconstruct" && Array.isArray(object.state)) {
    const [, , type, , bytes] = object.state;
    return decode(type, bytes) ?? null;
  }
  return null;
}

type Read = (view: DataView, offset: number, little: boolean) => number;

const readers: Readonly<Record<string, Read>> = {
  f8: (view, offset, little) => view.getFloat64(offset, little),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  i4: (view, offset, little) => view.getInt32(offset, little),
  i2: (view, offset, little) => view.getInt16(offset, little),
  i1: (view, offset) => view.getInt8(offset),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  u4: (view, offset, little) => view.getUint32(offset, little),
  u2: (view, offset, little) => view.getUint16(offset, little),
  u1: (view, offset) => view.getUint8(offset),
  b1: (view, offset) => view.getUint8(offset),
};

function decode(type: unknown, bytes: unknown): number[] | undefined {
  if (!(type instanceof PickledObject) || !(bytes instanceof Uint8Array)) return undefined;
  const code = type.args[0];
  const read = typeof code === "string" && Object.hasOwn(readers, code) ? readers[code] : undefined;
  if (read === undefined) return undefined;
  const width = Number((code as string).slice(1));
  const count = Math.floor(bytes.length / width);
  if (count > 4096) return undefined;
  const little = !(Array.isArray(type.state) && type.state[1] === ">");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => read(view, i * width, little));
}
