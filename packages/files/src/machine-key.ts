import { mkdir } from "#file-system";
import { cacheFolder } from "#host";
import { join } from "#path";
import { readRegular } from "./read-regular.ts";
import { writeNew } from "./write-new.ts";

const keyBytes = 32;

/**
 * The secret of this machine and person, by which programs recognize files that they wrote themselves among files that came
 * from elsewhere. Made at first use, readable to the person alone.
 *
 * @param folder where it is kept (default: the cache folder)
 * @returns 32 bytes, or `undefined` where the folder cannot be written to
 */
export async function machineKey(folder: string = cacheFolder()): Promise<Uint8Array | undefined> {
  const file = join(folder, "machine.key");
  const read = async (): Promise<Uint8Array | undefined> => {
    const key = await readRegular(file, { what: "key", maxBytes: keyBytes }).catch(() => undefined);
    return key?.length === keyBytes ? key : undefined;
  };
  const kept = await read();
  if (kept !== undefined) return kept;
  try {
    await mkdir(folder, { recursive: true });
    const key = crypto.getRandomValues(new Uint8Array(keyBytes));
    await writeNew(file, key, 0o600);
    return key;
  } catch {
    // Another process was faster, or the folder is only for reading
    return read();
  }
}
