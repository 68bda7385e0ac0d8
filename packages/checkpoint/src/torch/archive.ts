import { LookonceError } from "@lookonce/errors";
import { unzipSync } from "fflate";

/** The parts of a file that `torch.save` wrote. */
export interface TorchArchive {
  /** The pickled object. */
  pickle: Uint8Array;
  /** Raw memory by storage key. */
  data: Map<string, Uint8Array>;
}

/** A model of a thousand layers has some ten thousand storages. */
const maxEntries = 500_000;

/** Splits the zip archive of `torch.save` since PyTorch 1.6: `<folder>/data.pkl`, `<folder>/data/<key>`, stored. */
export function openTorchArchive(bytes: Uint8Array, name: string): TorchArchive {
  const entries = unzip(bytes, name);
  const pickles = Object.keys(entries).filter((path) => path === "data.pkl" || path.endsWith("/data.pkl"));
  const [path] = pickles;
  if (path === undefined || pickles.length !== 1) {
    throw new LookonceError(
      "FORMAT",
      `${name}: a zip archive with ${pickles.length} data.pkl where a PyTorch checkpoint has one`,
    );
  }
  const folder = path.slice(0, -"data.pkl".length);
  const order = entries[`${folder}byteorder`];
  if (order !== undefined && new TextDecoder().decode(order).trim() !== "little") {
    throw new LookonceError("UNSUPPORTED", `${name}: its numbers are big-endian; save it again on a usual machine`);
  }
  const prefix = `${folder}data/`;
  const data = new Map<string, Uint8Array>();
  for (const [entry, content] of Object.entries(entries)) {
    if (entry.startsWith(prefix)) data.set(entry.slice(prefix.length), content);
  }
  return { pickle: entries[path] as Uint8Array, data };
}

function unzip(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  const sizes = new Map<string, number>();
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    // The filter sees each entry of the directory before its data is touched.
    entries = unzipSync(bytes, {
      filter: ({ name: entry, size, originalSize, compression }) => {
        if (sizes.has(entry)) throw damaged(name, `two entries are named ${JSON.stringify(entry.slice(0, 200))}`);
        if (/^[^/]+\/code\//.test(entry)) {
          const what = "a TorchScript archive, which contains a program";
          throw new LookonceError("UNSUPPORTED", `${name}: ${what}; pass the checkpoint that it was exported from`);
        }
        if (compression !== 0 || size !== originalSize) {
          const what = "its zip entries are compressed, which torch.save never does";
          throw new LookonceError("UNSUPPORTED", `${name}: ${what}; save the checkpoint again with torch.save`);
        }
        sizes.set(entry, size);
        total += size;
        // Stored entries that do not overlap cannot be longer than the file.
        if (!(total <= bytes.length)) throw damaged(name, "its entries are larger than the file");
        if (sizes.size > maxEntries) throw damaged(name, `it has more than ${maxEntries} entries`);
        return entry !== "__proto__";
      },
    });
  } catch (cause) {
    if (cause instanceof LookonceError) throw cause;
    throw damaged(name, "the directory at its end is missing or broken", cause);
  }
  for (const [entry, data] of Object.entries(entries)) {
    if (data.length !== sizes.get(entry))
      throw damaged(name, `entry ${JSON.stringify(entry.slice(0, 200))} is cut off`);
  }
  return entries;
}

function damaged(name: string, why: string, cause?: unknown): LookonceError {
  return new LookonceError(
    "FORMAT",
    `${name}: the zip archive is truncated or damaged (${why}); the file is incomplete, download it again`,
    { cause },
  );
}
