import { LookonceError } from "@lookonce/errors";
import { addFile, basename, join } from "@lookonce/files";
import { fetchFile } from "@lookonce/inference/prediction";

/** How much of a model has come. */
export interface FetchProgress {
  /** Bytes so far. */
  loaded: number;
  /** Bytes in all, where the server says it. */
  total?: number;
}

/** Options of {@link fetchModel}. */
export interface FetchModelOptions {
  onProgress?: ((progress: FetchProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Fetches a model and adds it to the files in a folder, in memory alone; of TensorFlow.js's `model.json` the weights beside it, too.
 *
 * @returns its path
 * @throws LookonceError as `fetchFile`
 */
export async function fetchModel(
  address: URL,
  folder: string,
  { onProgress, signal }: FetchModelOptions,
): Promise<string> {
  const options = signal === undefined ? { onProgress } : { onProgress, signal };
  const name = basename(decodeURIComponent(address.pathname));
  const path = join(folder, name);
  const file = await fetchFile(address.href, options);
  addFile(path, file);
  if (!name.endsWith(".json")) return path;
  for (const shard of shardsOf(await file.text(), address.href)) {
    addFile(join(folder, shard), await fetchFile(new URL(shard, address).href, options));
  }
  return path;
}

/** The files of weights that a graph model names. */
function shardsOf(text: string, href: string): string[] {
  try {
    const { weightsManifest = [] } = JSON.parse(text) as { weightsManifest?: readonly { paths: readonly string[] }[] };
    return weightsManifest.flatMap(({ paths }) => paths);
  } catch (cause) {
    throw new LookonceError("FORMAT", `${href} is no model.json of TensorFlow.js: ${(cause as Error).message}`, {
      cause,
    });
  }
}
