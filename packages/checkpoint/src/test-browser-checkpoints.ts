// What browser-checkpoints.slow.test.ts does in a worker of a page, and in Node.
import { addFile, createHash, flushFiles, mountFiles, readFileSync, writeFileSync } from "@lookonce/files";
import { type Checkpoint, readCheckpoint, saveCheckpoint, saveStateDict } from "./index.ts";

export { mountFiles as mount };

/** A checkpoint of some layers, the same everywhere. */
function made(): Checkpoint {
  const tensors = new Map(
    [3, 8, 16].map((channels, i) => {
      const data = Float32Array.from({ length: channels * 9 }, (_, k) => ((k * 37 + i) % 101) / 8 - 6);
      return [`model.${i}.conv.weight`, { shape: [channels, 1, 3, 3], data }];
    }),
  );
  const state = { epoch: 3, fitness: -0, seed: 70_000, late: 2 ** 40 };
  return { tensors, names: ["größer", "猫"], nc: 2, metadata: { epoch: 3 }, training: { tensors, state } };
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Saves the checkpoint in each format. @returns the files' bytes in base64 */
export async function save(folder: string): Promise<string[]> {
  const paths = ["pt", "safetensors"].map((ending) => `${folder}/made.${ending}`) as [string, string];
  saveStateDict(paths[0], made());
  saveCheckpoint(paths[1], made());
  await flushFiles();
  return paths.map((path) => base64(readFileSync(path)));
}

/** Reads a file that a person has dropped. @returns what is in it, tensors as digests, or the error's code and message */
export function readDropped(name: string, content: string): unknown {
  addFile(`/dropped/${name}`, new Blob([fromBase64(content)]));
  return read(`/dropped/${name}`);
}

/** As {@link readDropped}, of a file that is there, or is written first. */
export function read(path: string, content?: string): unknown {
  if (content !== undefined) writeFileSync(path, fromBase64(content));
  try {
    const { tensors, ...rest } = readCheckpoint(path);
    const digests = [...tensors].map(([key, { shape, data }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [key, shape, createHash("sha256").update(bytes).digest("hex")];
    });
    const plain = JSON.stringify(rest, (_, value) => (value instanceof Map ? [...value.keys()] : value));
    return [digests, plain];
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message.replace(path, "FILE")}`;
  }
}
