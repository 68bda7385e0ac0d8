import { LookonceError } from "@lookonce/errors";
import { unpickle } from "../pickle/unpickle.ts";
import { openTorchArchive } from "./archive.ts";
import { findTorchGlobal } from "./globals.ts";
import { Storages } from "./storages.ts";

/**
 * The object that `torch.save` pickled, with tensors that still look into the file and every class as an inert record.
 *
 * @param name what to call the file in errors
 * @throws LookonceError `FORMAT`, `UNSAFE` or `UNSUPPORTED`
 */
export function loadTorch(bytes: Uint8Array, name: string): unknown {
  const { pickle, data } = openTorchArchive(bytes, name);
  const storages = new Storages(data);
  return unpickle(pickle, { findGlobal: findTorchGlobal, persistentLoad: (id) => storages.load(id) }, name).value;
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
