import { LookonceError } from "@lookonce/errors";
import { unpickle } from "../pickle/unpickle.ts";
import { PickledGlobal } from "../pickle/values.ts";
import { openTorchArchive } from "./archive.ts";
import { findTorchGlobal } from "./globals.ts";
import { storageKind } from "./rebuild.ts";
import { type StorageKind, storageKinds, TorchStorage } from "./tensors.ts";

/**
 * The object that `torch.save` pickled, with tensors that still look into the file and every class as an inert record.
 *
 * @param name what to call the file in errors
 * @throws LookonceError `FORMAT`, `UNSAFE` or `UNSUPPORTED`; each names the file
 */
export function loadTorch(bytes: Uint8Array, name: string): unknown {
  const { pickle, storages } = openTorchArchive(bytes, name);
  const hooks = { findGlobal: findTorchGlobal, persistentLoad: storageLoader(storages) };
  return named(name, () => unpickle(pickle, hooks, name).value);
}

/** Persistent ids are `("storage", type, key, device, element count)`. */
function storageLoader(storages: ReadonlyMap<string, Uint8Array>): (id: unknown) => TorchStorage {
  const loaded = new Map<string, TorchStorage>();
  return (id) => {
    const [tag, type, key, , size] = Array.isArray(id) ? id : [];
    if (tag !== "storage" || !(type instanceof PickledGlobal) || typeof key !== "string" || !isSize(size)) {
      throw new LookonceError("FORMAT", "a storage is described in an unknown way");
    }
    const kind = kindOf(type);
    const found = loaded.get(key);
    if (found !== undefined && found.kind === kind && found.size === size) return found;
    const storage = new TorchStorage(kind, size, () => {
      const data = storages.get(key);
      if (data === undefined) throw new LookonceError("FORMAT", `storage ${JSON.stringify(key)} is missing`);
      if (data.length < size * storageKinds[kind]) {
        throw new LookonceError(
          "FORMAT",
          `storage ${JSON.stringify(key)} has ${data.length} bytes, too few for ${size}`,
        );
      }
      return data;
    });
    loaded.set(key, storage);
    return storage;
  };
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

/** Runs `action` so that each LookonceError begins with the file's name. */
export function named<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof LookonceError) || error.message.startsWith(`${name}: `)) throw error;
    throw new LookonceError(error.code, `${name}: ${error.message}`, { cause: error.cause });
  }
}
