import { LookonceError } from "@lookonce/errors";
import { unzipStored, type ZipEntry } from "./zip-reader.ts";

/** The parts of a file that `torch.save` wrote. */
export interface TorchArchive {
  /** The pickled object. */
  pickle: Uint8Array;
  /** Raw memory by storage key. */
  data: Map<string, ZipEntry>;
}

/** Splits the zip archive of `torch.save` since PyTorch 1.6: `<folder>/data.pkl`, `<folder>/data/<key>`, stored. */
export function openTorchArchive(bytes: Uint8Array, name: string): TorchArchive {
  const entries = unzipStored(bytes, name);
  const paths = [...entries.keys()];
  if (paths.some((path) => /^[^/]+\/code\//.test(path))) {
    const what = "a TorchScript archive, which contains a program";
    throw new LookonceError("UNSUPPORTED", `${name}: ${what}; pass the checkpoint that it was exported from`);
  }
  const pickles = paths.filter((path) => path === "data.pkl" || path.endsWith("/data.pkl"));
  const [path = ""] = pickles;
  const pickle = entries.get(path);
  if (pickle === undefined || pickles.length !== 1) {
    throw new LookonceError(
      "FORMAT",
      `${name}: a zip archive with ${pickles.length} data.pkl where a PyTorch checkpoint has one`,
    );
  }
  const folder = path.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`)?.read();
  if (order !== undefined && new TextDecoder().decode(order).trim() !== "little") {
    throw new LookonceError("UNSUPPORTED", `${name}: its numbers are big-endian; save it again on a usual machine`);
  }
  const prefix = `${folder}data/`;
  const data = new Map<string, ZipEntry>();
  for (const [entry, content] of entries) {
    if (entry.startsWith(prefix)) data.set(entry.slice(prefix.length), content);
  }
  return { pickle: pickle.read(), data };
}
