import { LookonceError } from "@lookonce/errors";
import { unpickle } from "../pickle/unpickle.ts";
import { findTorchGlobal } from "./globals.ts";
import { Storages } from "./storages.ts";
import { storageKinds, type TorchStorage } from "./tensors.ts";

/**
 * The object in a file of `torch.save` from before PyTorch 1.6: pickles of a magic number, the protocol, the machine's
 * properties, the object, and the storage keys; then for each key an element count (64 bits) and the raw elements.
 *
 * @throws LookonceError `FORMAT`, `UNSAFE`, or `UNSUPPORTED` for storages that are views of others
 */
export function loadLegacyTorch(bytes: Uint8Array, name: string): unknown {
  const data = new Map<string, Uint8Array>();
  const storages = new Storages(data);
  const hooks = { findGlobal: findTorchGlobal, persistentLoad: (id: unknown) => load(storages, id) };
  let position = 0;
  const next = (): unknown => {
    const { value, length } = unpickle(bytes.subarray(position), hooks, name);
    position += length;
    return value;
  };
  next();
  next();
  const machine = next();
  if (machine instanceof Map && machine.get("little_endian") === false) {
    throw new LookonceError("UNSUPPORTED", "its numbers are big-endian; save it again on a usual machine");
  }
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new LookonceError("FORMAT", "its list of storages is damaged");
  for (const key of keys) {
    const run = readRun(bytes, position, storages.get(String(key)));
    data.set(String(key), run.data);
    position = run.end;
  }
  return root;
}

function load(storages: Storages, id: unknown): unknown {
  // ("module", class, source file, source text): the class with the source that it had when it was saved.
  if (Array.isArray(id) && id[0] === "module") return id[1];
  if (Array.isArray(id) && id[5] !== undefined && id[5] !== null) {
    throw new LookonceError("UNSUPPORTED", "a storage that is a view of another, as PyTorch 0.x wrote them");
  }
  return storages.load(id);
}

function readRun(
  bytes: Uint8Array,
  start: number,
  storage: TorchStorage | undefined,
): { data: Uint8Array; end: number } {
  if (storage === undefined) throw new LookonceError("FORMAT", "a storage is listed that no tensor uses");
  const from = start + 8;
  const end = from + storage.size * storageKinds[storage.kind];
  if (end > bytes.length) {
    throw new LookonceError("FORMAT", "it ends within its data; the file is truncated, download it again");
  }
  // A copy of its own: typed arrays need aligned offsets.
  return { data: new Uint8Array(bytes.subarray(from, end)), end };
}
