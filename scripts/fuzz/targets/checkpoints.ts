import { readFileSync } from "node:fs";
import {
  type Checkpoint,
  encodeSafetensors,
  encodeStateDict,
  readCheckpoint,
  saveCheckpoint,
} from "@lookonce/checkpoint";
import { familySettings } from "@lookonce/config";
import { parseModelConfig } from "@lookonce/nn";
import type { Random } from "@lookonce/random";
import {
  archive,
  dict,
  floats,
  get,
  layer,
  model,
  module,
  object,
  op,
  pickle,
  remember,
  repeat,
  row,
  str,
} from "../../../packages/checkpoint/src/test-pickles.ts";
import { openTorchArchive } from "../../../packages/checkpoint/src/torch/archive.ts";
import { zipStored } from "../../../packages/checkpoint/src/torch/zip-writer.ts";
import { readTraining } from "../../../packages/trainer/src/training-state.ts";
import { inFolder } from "../in-folder.ts";
import { mix, mutateBytes, mutateHeader } from "../mutate/bytes.ts";
import { mutateJsonText } from "../mutate/json.ts";
import { mutatePickle } from "../mutate/pickle.ts";
import { mutateZip } from "../mutate/zip.ts";
import type { Target } from "../target.ts";

const checkpoint: Checkpoint = {
  config: { nc: 2, backbone: [[-1, 1, "Conv", [8, 3, 2]]], head: [[[0], 1, "Detect", ["nc", [8]]]] },
  names: ["cat", "dog"],
  nc: 2,
  stride: [8],
  tensors: new Map([
    ["model.0.conv.weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["model.0.bn.num_batches_tracked", { shape: [], data: BigInt64Array.of(3n) }],
  ]),
  metadata: { license: "Apache-2.0", epoch: 3, trainArgs: { imgsz: 64, list: [1, [2, [3]]] } },
};

function read(file: string): void {
  const { config } = readCheckpoint(file);
  if (config !== undefined) parseModelConfig(config, { name: file });
}

/** Files of PyTorch's own, some kilobytes each. */
function fixture(name: string): Uint8Array {
  return readFileSync(`packages/checkpoint/fixtures/${name}`);
}

interface Archive {
  pickle: Uint8Array;
  storages: readonly (readonly [path: string, bytes: Uint8Array])[];
}

/** Parts of seeds and of what was made, which is changed again; none of what is no archive any more. */
const archives = new WeakMap<Uint8Array, Archive | undefined>();

function archiveOf(bytes: Uint8Array): Archive | undefined {
  if (archives.has(bytes)) return archives.get(bytes);
  let archive: Archive | undefined;
  try {
    const { pickle, data } = openTorchArchive(bytes, "seed");
    archive = { pickle, storages: [...data].map(([key, entry]) => [`archive/data/${key}`, entry.read()] as const) };
  } catch {
    // Its bytes were changed
  }
  archives.set(bytes, archive);
  return archive;
}

function mutateArchive(bytes: Uint8Array, random: Random): Uint8Array {
  const archive = random.chance(0.2) ? undefined : archiveOf(bytes);
  if (archive === undefined) return mutateBytes(bytes, random);
  const { pickle, storages } = { ...archive, pickle: mutatePickle(archive.pickle, random) };
  const changed = Buffer.concat(zipStored([["archive/data.pkl", pickle], ...storages]));
  archives.set(changed, { pickle, storages });
  return changed;
}

function entries(count: number, value: number[]): Record<string, number[]> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, value]));
}

/** Small files whose contents grow with a few changes: lists in lists, the same tensors in many modules, long paths, depth. */
const growing: readonly number[][] = [
  model({
    yaml: [...op("]"), ...remember(1), ...Array.from({ length: 10 }, (_, i) => pairOf(i + 1, i + 2)).flat()],
  }),
  [
    ...row,
    ...remember(1),
    ...op("0"),
    ...module(layer, { parameters: dict(entries(20, get(1))) }),
    ...remember(2),
    ...op("0"),
    ...module(layer, { modules: dict(entries(20, get(2))) }),
  ],
  [
    ...str("long".repeat(200)),
    ...remember(1),
    ...op("0"),
    ...Array.from({ length: 8 }).reduce<number[]>(
      (inner) => object(layer, { _modules: [...op("}"), ...get(1), ...inner, ...op("s")] }),
      module(layer, { parameters: dict({ w: row }) }),
    ),
  ],
  model({ yaml: [...repeat(30, op("]")), ...repeat(29, op("a"))] }),
];

/** A list of a stored value, twice, stored in its place. */
function pairOf(index: number, next: number): number[] {
  return [...op("0"), ...get(index), ...get(index), ...op("\x86"), ...remember(next)];
}

/** A checkpoint of today's PyTorch: mostly the operations of its pickle are changed. */
export const pt: Target = {
  file: "model.pt",
  seeds: () => [
    Buffer.concat(encodeStateDict(checkpoint)),
    ...growing.map((operations) => archive(pickle(operations), { 0: floats(1, 2) })),
    ...["module.pt", "odd-tensors.pt", "odd-tensors-protocol-5.pt"].map(fixture),
  ],
  mutate: mutateArchive,
  read,
};

/** The same archives: the numbers of their headers and directories are changed. */
export const zip: Target = { ...pt, mutate: mutateZip };

/** A checkpoint from before PyTorch 1.6: pickles in a row, then memory. */
export const legacyPt: Target = {
  file: "model.pt",
  seeds: () => [fixture("legacy.pt")],
  mutate: mix(mutatePickle, mutateBytes),
  read,
};

function headerOf(bytes: Uint8Array): { text: string; data: Buffer } {
  const buffer = Buffer.from(bytes);
  const end = buffer.length < 8 ? 0 : 8 + Number(buffer.readBigUInt64LE(0));
  return { text: buffer.toString("utf8", 8, end), data: buffer.subarray(end) };
}

function withHeader(text: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text), data]);
}

/** Changes the header's document. */
function mutateEntries(bytes: Uint8Array, random: Random): Uint8Array {
  const { text, data } = headerOf(bytes);
  return withHeader(mutateJsonText(text, random), data);
}

/** Changes one of the documents that a header contains as text. */
function mutateMetadata(bytes: Uint8Array, random: Random): Uint8Array {
  const { text, data } = headerOf(bytes);
  try {
    const header = JSON.parse(text);
    const key = random.choice(Object.keys(header.__metadata__));
    header.__metadata__[key] = mutateJsonText(header.__metadata__[key], random);
    return withHeader(JSON.stringify(header), data);
  } catch {
    // No header any more
    return mutateBytes(bytes, random);
  }
}

/** A file as another program writes it: with digests, a change would be all that the reader sees. */
function withoutDigests(bytes: Uint8Array): Uint8Array {
  const { text, data } = headerOf(bytes);
  const header = JSON.parse(text);
  delete header.__metadata__.crc32;
  return withHeader(JSON.stringify(header), data);
}

function saved(contents: Checkpoint): Promise<Uint8Array> {
  return inFolder((folder) => {
    saveCheckpoint(`${folder}/seed.safetensors`, contents);
    return withoutDigests(readFileSync(`${folder}/seed.safetensors`));
  });
}

export const safetensors: Target = {
  file: "model.safetensors",
  seeds: async () => [encodeSafetensors(checkpoint.tensors, { note: "text" }), await saved(checkpoint)],
  mutate: mix(mutateEntries, mutateMetadata, mutateBytes, mutateHeader),
  read,
};

const progress = {
  epoch: 1,
  iteration: 2,
  optimizerSteps: 5,
  lastOptimizerStep: 4,
  lossSums: { box: 1, cls: 2 },
  seconds: 3,
  epochSeconds: 2,
  losses: [{ box: 1, cls: 2 }],
  classScores: [0.5],
};

/** A checkpoint with the state of a training. */
export const trainingState: Target = {
  file: "last.safetensors",
  seeds: async () => {
    const counts = { epochs: 3, batch: 2, imgsz: 64, seed: 0, patience: 100, time: null, savePeriod: 0, nbs: 64 };
    const flags = { amp: false, rect: false, imageWeights: false, multiScale: false, autoAnchor: true };
    const rest = { val: "every", freeze: 0, args: {}, usesPreviousEpochLr: false, recipe: familySettings.v5.recipe };
    const settings = { ...counts, ...flags, ...rest };
    const tensors = new Map([["optimizer.a", { shape: [2], data: Float32Array.of(1, 2) }]]);
    const state = { version: 2, progress, best: { epoch: 0, fitness: 0.5 }, settings };
    return [await saved({ ...checkpoint, training: { tensors, state } })];
  },
  mutate: mix(mutateMetadata, mutateEntries, mutateBytes),
  read: readTraining,
};
