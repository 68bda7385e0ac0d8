import { LookonceError } from "@lookonce/errors";
import { PickledGlobal } from "../pickle/values.ts";
import { storageKind } from "./rebuild.ts";
import { type StorageKind, storageKinds, TorchStorage } from "./tensors.ts";

/** The storages that a checkpoint's pickle refers to by persistent ids. */
export class Storages {
  readonly #known = new Map<string, TorchStorage>();
  readonly #data: ReadonlyMap<string, Uint8Array>;

  /** @param data raw memory by key; may be filled after the pickle was read, before the first tensor is */
  constructor(data: ReadonlyMap<string, Uint8Array>) {
    this.#data = data;
  }

  /** The storage that a persistent id `("storage", type, key, device, element count, …)` means. */
  load(id: unknown): TorchStorage {
    const [tag, type, key, , size] = Array.isArray(id) ? id : [];
    if (tag !== "storage" || !(type instanceof PickledGlobal) || typeof key !== "string" || !isSize(size)) {
      throw new LookonceError("FORMAT", "a storage is described in an unknown way");
    }
    const kind = kindOf(type);
    const known = this.#known.get(key);
    if (known !== undefined && known.kind === kind && known.size === size) return known;
    const storage = new TorchStorage(kind, size, () => this.#bytes(key, size * storageKinds[kind]));
    this.#known.set(key, storage);
    return storage;
  }

  /** The storage of this key, if the pickle referred to it. */
  get(key: string): TorchStorage | undefined {
    return this.#known.get(key);
  }

  #bytes(key: string, needed: number): Uint8Array {
    const data = this.#data.get(key);
    const which = `storage ${JSON.stringify(key.slice(0, 50))}`;
    if (data === undefined) throw new LookonceError("FORMAT", `${which} is missing; the file is damaged`);
    if (data.length >= needed) return data;
    throw new LookonceError("FORMAT", `${which} has ${data.length} bytes instead of ${needed}; the file is damaged`);
  }
}

function kindOf(type: PickledGlobal): StorageKind {
  if (type.name === "UntypedStorage") return "Byte";
  const kind = storageKind(type.module, type.name);
  if (kind === undefined) throw new LookonceError("UNSUPPORTED", `tensors of ${type.path} cannot be read`);
  return kind;
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
