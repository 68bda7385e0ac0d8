import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { familySettings, optionSchema } from "@lookonce/config";
import { parseModelConfig } from "@lookonce/nn";
import { readConfigFile } from "../../../apps/cli/src/options/config-file.ts";
import { readRun } from "../../../apps/server/src/run-folders/run-files.ts";
import { readDatasetConfig } from "../../../packages/data/src/read-dataset-config.ts";
import { readHyp } from "../../../packages/trainer/src/recipes/read-hyp.ts";
import { readEvolveArgs } from "../../../packages/yolo/src/evolve-args.ts";
import { mix, mutateBytes } from "../mutate/bytes.ts";
import { mutateJson } from "../mutate/json.ts";
import { mutateText } from "../mutate/text.ts";
import type { Target } from "../target.ts";

const mutate = mix(mutateText, mutateBytes);
const texts = (...seeds: readonly string[]): (() => Uint8Array[]) => {
  return () => seeds.map((text) => Buffer.from(text));
};

export const dataYaml: Target = {
  file: "data.yaml",
  seeds: texts(
    "path: ../coco\ntrain: images/train # folder\nval: [a.txt, b/*.jpg]\ntest:\nnc: 2\nnames:\n  0: cat\n  1: dog\n",
    'train: images\nval: images\nnames: ["a", b]\ndownload: https://example.com/a.zip\n',
  ),
  mutate,
  read: readDatasetConfig,
};

export const modelYaml: Target = {
  file: "model.yaml",
  seeds: () => ["yolov5-6.yaml", "yolo11.yaml"].map((name) => readFileSync(`packages/nn/models/${name}`)),
  mutate,
  read: (file) => parseModelConfig(readFileSync(file, "utf8"), { name: file }),
};

export const hypYaml: Target = {
  file: "hyp.yaml",
  seeds: texts("lr0: 0.01 # initial\nlrf: 0.1\nhsv_h: 0.015\nmosaic: 1.0\nwarmup_epochs: 3.0\n"),
  mutate,
  async read(file) {
    await readHyp(file, familySettings.v5);
    await readHyp(file, familySettings.v8);
  },
};

const all = Object.fromEntries(Object.entries(optionSchema).map(([name, { options }]) => [name, options]));

/** A settings file of the command line, as `cfg=` names. */
export const settingsYaml: Target = {
  file: "lookonce.yaml",
  seeds: texts("imgsz: 640\nepochs: 3\nclasses: [0, 2]\ntrain:\n  batch: 16\n  lr0: 0.01\npredict:\n  conf: 0.25\n"),
  mutate,
  read: (file) => readConfigFile(file, { name: "train", table: optionSchema.train.options, all }),
};

const columns = "epoch,time,train/box_loss,metrics/mAP50(B),metrics/mAP50-95(B)";

/** The table of a run that the service shows. */
export const resultsCsv: Target = {
  file: "results.csv",
  seeds: texts(`${columns}\n1,2.5,0.7,0.3,0.2\n2,5.1,0.6,,\n3,7.9,0.5,0.4,0.3\n`),
  mutate,
  prepare: (folder) => writeFileSync(join(folder, "args.yaml"), "epochs: 3\n"),
  read: (file) => readRun(dirname(file), "run"),
};

/** The settings of a run that the service shows. */
export const argsYaml: Target = {
  file: "args.yaml",
  seeds: texts("model: yolov8n.pt\nepochs: 3\nfreeze: [0, 1]\nrecipe:\n  lr0: 0.01\n"),
  mutate,
  read: (file) => readRun(dirname(file), "run"),
};

/** The settings of an evolution. */
export const evolveJson: Target = {
  file: "evolve.json",
  seeds: texts(
    '{"model":"a.yaml","data":"b.yaml","generations":3,"train":{"epochs":2,"imgsz":64,"recipe":{"lr0":0.1}}}',
  ),
  mutate: mix(mutateJson, mutateBytes),
  read: (file) => readEvolveArgs(dirname(file)),
};
