// A family and a task that this repository does not have, added from outside: a head that classifies the whole image.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { familySettings, hypPresets } from "@lookonce/config";
import { Dataset } from "@lookonce/data";
import { familyOf, registerFamily, registerTask, type Scores, type Task } from "@lookonce/families";
import type { Detections } from "@lookonce/geometry";
import { blankImage, writeImage } from "@lookonce/image";
import { Predictor } from "@lookonce/inference";
import type { Criterion } from "@lookonce/loss";
import {
  Conv2d,
  DetectionModel,
  Head,
  modelFromCheckpoint,
  parseModelConfig,
  registerModule,
  type Shape,
} from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import { train } from "@lookonce/trainer";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Scores each class for the whole image: a 1×1 convolution and the mean over all cells. Raw [N, 1, 1, nc]. */
class ImageClass extends Head {
  override readonly family = "toy";
  override readonly task = "image-class";
  override readonly regMax = 0;
  override readonly anchors = [];
  readonly conv: Conv2d;

  constructor(
    override readonly nc: number,
    input: number,
  ) {
    super();
    this.conv = this.child("conv", new Conv2d(input, nc));
  }

  override forward([x]: tf.Tensor4D[]): tf.Tensor4D[] {
    return [tf.mean(this.conv.forward(x as tf.Tensor4D), [1, 2], true)];
  }

  override decode([raw]: tf.Tensor4D[]): tf.Tensor3D {
    return tf.tidy(() => tf.softmax(tf.reshape(raw as tf.Tensor4D, [-1, 1, this.nc]) as tf.Tensor3D));
  }

  override outputShapes(): Shape[] {
    return [[1, 1, this.nc]];
  }

  override setStrides(): void {}

  override resetBiases(): void {}
}

/** Cross-entropy against the class of the image's first label. */
class CrossEntropy implements Criterion<{ classes: tf.Tensor2D }> {
  readonly parts = ["ce"];
  readonly parameters = new Map<string, tf.Variable>();
  readonly state = new Map<string, tf.Variable>();
  readonly #nc: number;

  constructor(nc: number) {
    this.#nc = nc;
  }

  inputs({ targets, count }: Parameters<Criterion["inputs"]>[0]) {
    const data = new Float32Array(count * this.#nc);
    for (let i = 0; i < count; i++) data[i * this.#nc + (targets.labels[i * targets.maxTargets] as number)] = 1;
    return { classes: { data, shape: [count, this.#nc], dtype: "float32" as const } };
  }

  loss([raw]: readonly tf.Tensor4D[], { classes }: { classes: tf.Tensor2D }) {
    const logits = tf.reshape(raw as tf.Tensor4D, classes.shape);
    const ce = tf.neg(tf.mean(tf.sum(tf.mul(classes, tf.logSoftmax(logits)), 1))) as tf.Scalar;
    return { parts: [ce], total: tf.mul(ce, classes.shape[0]) as tf.Scalar };
  }

  dispose(): void {}
}

interface ImageClasses extends Detections {
  /** [nc]: probability of each class. */
  probs: Float32Array;
}

interface Accuracy extends Scores {
  accuracy: number;
}

const imageClass: Task<ImageClasses, Accuracy> = {
  name: "image-class",
  createCriterion: async (model) => new CrossEntropy(model.nc),
  postprocess: ({ data, shape: [images = 0, , nc = 0] }) =>
    Array.from({ length: images }, (_, i) => ({
      ...{ count: 0, boxes: new Float32Array(0), scores: new Float32Array(0), classes: new Int32Array(0) },
      probs: data.slice(i * nc, (i + 1) * nc),
    })),
  toImage: (detections) => detections,
  entries: ({ probs }) => ({ shares: probs }),
  createMetrics() {
    let [images, right] = [0, 0];
    return {
      add({ probs }, { classes }) {
        images++;
        if (probs.indexOf(Math.max(...probs)) === classes[0]) right++;
      },
      state: () => ({ counts: Float64Array.of(images, right) }),
      merge({ counts = [] }) {
        images += counts[0] ?? 0;
        right += counts[1] ?? 0;
      },
      result: () => ({
        ...{ images, instances: images, perClass: [] },
        ...{ accuracy: right / images, fitness: right / images },
      }),
    };
  },
  table: ({ images, instances, accuracy }) => [{ name: "all", images, instances, scores: { accuracy } }],
  columns: (scores) => ({ "metrics/accuracy_top1": scores?.accuracy }),
  plots: async () => [],
  outputShape: ({ nc }, { batch }) => [batch, 1, nc],
};

const names = ["dark", "bright"];
const folder = mkdtempSync(join(tmpdir(), "toy-task-"));
const yaml = join(folder, "data.yaml");

beforeAll(async () => {
  await enterTestDevice();
  for (const split of ["train", "val"]) {
    for (const kind of ["images", "labels"]) mkdirSync(join(folder, kind, split), { recursive: true });
    for (let i = 0; i < 8; i++) {
      await writeImage(join(folder, "images", split, `${i}.png`), blankImage({ width: 32, height: 32 }, imageGray(i)));
      writeFileSync(join(folder, "labels", split, `${i}.txt`), `${i % 2} 0.5 0.5 0.8 0.8\n`);
    }
  }
  writeFileSync(yaml, `path: ${folder}\ntrain: images/train\nval: images/val\nnames: [${names.join(", ")}]\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Even images are dark, odd ones bright. */
function imageGray(i: number): number {
  return i % 2 === 0 ? 20 + i : 220 + i;
}

describe("a family and a task from outside", () => {
  it("train, validate and predict by their records alone", async () => {
    registerModule("ImageClass", {
      build: ({ args, inputs }) => {
        const nc = args.size("classes");
        return { module: new ImageClass(nc, inputs.only()), args: [nc] };
      },
    });
    registerTask(imageClass);
    const { recipe } = familySettings.v8;
    registerFamily({
      ...familyOf("v8"),
      ...{ name: "toy", title: "Toy" },
      recipe: {
        ...recipe,
        ...hypPresets["v8-no-augmentation"],
        optimizer: "AdamW",
        lr0: 0.05,
        nbs: 4,
        warmup_epochs: 0,
      },
    });
    const config = parseModelConfig(
      { nc: 2, backbone: [[-1, 1, "nn.MaxPool2d", [2, 2, 0]]], head: [[-1, 1, "ImageClass", ["nc"]]] },
      { name: "toy.yaml" },
    );
    const model = new DetectionModel(config, { rng: new Random(0), names });
    expect([model.family, model.task, model.maxStride]).toEqual(["toy", "image-class", 2]);
    const [data, valData] = await Promise.all(["train", "val"].map((split) => Dataset.open({ yaml, split })));
    const run = { epochs: 8, imgsz: 32, batch: 4, workers: 0, directory: join(folder, "run") };
    mkdirSync(run.directory);
    const result = await train(model, { ...run, data: data as Dataset, valData: valData as Dataset });
    expect(result.validation).toMatchObject({ images: 8, accuracy: 1, fitness: 1 });
    expect(result.losses.at(-1)?.ce).toBeLessThan(result.losses[0]?.ce as number);
    const [header] = readFileSync(join(run.directory, "results.csv"), "utf8").split("\n");
    expect(header).toMatch(/^epoch,time,train\/ce_loss,metrics\/accuracy_top1,val\/ce_loss,/);

    const saved = modelFromCheckpoint(readCheckpoint(result.best), "best.safetensors");
    const predictor = await Predictor.create({ model: saved, ownModel: true, imgsz: 32 });
    for (const [i, label] of [0, 1].entries()) {
      const { boxes, entries } = await predictor.detect(blankImage({ width: 48, height: 40 }, imageGray(i)));
      const probs = entries.shares as Float32Array;
      expect([boxes.count, probs.indexOf(Math.max(...probs))]).toEqual([0, label]);
    }
    await predictor.dispose();
    model.dispose();
  });
});
