import { LookonceError } from "@lookonce/errors";
import type { Budget } from "../budget.ts";
import { isCount } from "../element-types.ts";
import { unpickle } from "../pickle/unpickle.ts";
import { PickledGlobal } from "../pickle/values.ts";
import { openTorchArchive } from "./archive.ts";
import { findTorchGlobal } from "./globals.ts";
import { storageType } from "./rebuild.ts";
import { TorchStorage } from "./tensors.ts";
import type { ZipEntry } from "./zip-reader.ts";

/** The object that `torch.save` pickled; its tensors still look into the file, classes are inert records. */
export function loadTorch(bytes: Uint8Array, name: string, budget: Budget): unknown {
  const { pickle, data } = openTorchArchive(bytes, name);
  const storages = new Storages(data);
  const hooks = { findGlobal: findTorchGlobal, persistentLoad: (id: unknown) => storages.load(id) };
  return unpickle(pickle, hooks, name, budget).value;
}

/**
 * The object in a file of `torch.save` from before PyTorch 1.6: pickles of a magic number, the protocol, the machine's
 * properties, the object, and the storage keys; then for each key an element count (64 bits) and the raw elements.
 */
export function loadLegacyTorch(bytes: Uint8Array, name: string, budget: Budget): unknown {
  const data = new Map<string, ZipEntry>();
  const storages = new Storages(data);
  const hooks = { findGlobal: findTorchGlobal, persistentLoad: (id: unknown) => loadLegacy(storages, id) };
  let position = 0;
  const next = (): unknown => {
    const { value, length } = unpickle(bytes.subarray(position), hooks, name, budget);
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
    const storage = typeof key === "string" ? storages.known.get(key) : undefined;
    if (storage === undefined) throw new LookonceError("FORMAT", "a storage is listed that no tensor uses");
    const start = position + 8;
    position = start + storage.byteLength;
    if (position > bytes.length) {
      throw new LookonceError("FORMAT", "it ends within its data; the file is truncated, download it again");
    }
    const end = position;
    // A copy of its own: typed arrays need aligned offsets.
    data.set(key, { read: () => new Uint8Array(bytes.subarray(start, end)) });
  }
  return root;
}

function loadLegacy(storages: Storages, id: unknown): unknown {
  // ("module", class, source file, source text): the class with the source that it had when it was saved.
  if (Array.isArray(id) && id[0] === "module") return id[1];
  if (Array.isArray(id) && id[5] !== undefined && id[5] !== null) {
    throw new LookonceError("UNSUPPORTED", "a storage that is a view of another, as PyTorch 0.x wrote them");
  }
  return storages.load(id);
}

/** The storages that a checkpoint's pickle refers to by persistent ids. */
class Storages {
  readonly known = new Map<string, TorchStorage>();
  readonly #data: ReadonlyMap<string, ZipEntry>;
  readonly #read = new Map<string, Uint8Array>();

  /** @param data raw memory by key; may be filled after the pickle was read, before the first tensor is */
  constructor(data: ReadonlyMap<string, ZipEntry>) {
    this.#data = data;
  }

  /** The storage that a persistent id `("storage", type, key, device, element count, …)` means. */
  load(id: unknown): TorchStorage {
    const [tag, global, key, , size] = Array.isArray(id) ? id : [];
    if (tag !== "storage" || !(global instanceof PickledGlobal) || typeof key !== "string" || !isCount(size)) {
      throw new LookonceError("FORMAT", "a storage is described in an unknown way");
    }
    const isUntyped = global.name === "UntypedStorage";
    const type = isUntyped ? storageType("torch", "ByteStorage") : storageType(global.module, global.name);
    if (type === undefined) throw new LookonceError("UNSUPPORTED", `tensors of ${global.path} cannot be read`);
    const known = this.known.get(key);
    if (known !== undefined && known.type === type && known.size === size) return known;
    const storage: TorchStorage = new TorchStorage(type, size, (what) => this.#bytes(key, storage.byteLength, what));
    this.known.set(key, storage);
    return storage;
  }

  #bytes(key: string, needed: number, what: string): Uint8Array {
    const data = this.#read.get(key) ?? this.#data.get(key)?.read(what);
    const which = `storage ${JSON.stringify(key.slice(0, 50))}`;
    if (data === undefined) throw new LookonceError("FORMAT", `${which} is missing; the file is damaged`);
    this.#read.set(key, data);
    if (data.length >= needed) return data;
    throw new LookonceError("FORMAT", `${which} has ${data.length} bytes instead of ${needed}; the file is damaged`);
  }
}
