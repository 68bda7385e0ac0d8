import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { buildLayers, inputsOf, type ModelLayer } from "./build-layers.ts";
import { type ModelConfig, parseModelConfig } from "./config/model-config.ts";
import type { V5Release } from "./config/module-spec.ts";
import { ModuleList } from "./containers.ts";
import { Head } from "./head.ts";
import { initialize, Join, type Layer, Module, Split } from "./module.ts";
import { BatchNorm2d } from "./modules/batch-norm2d.ts";
import { DetectV5 } from "./modules/detect-v5.ts";

/** Options of {@link DetectionModel}. */
export interface DetectionModelOptions {
  /**
   * Source of the initial weights. Without it every filter is zero, for weights that are loaded right after, and a
   * variable allocates memory when it is first used: a model that is only summarized needs neither device nor memory.
   */
  rng?: Random;
  /** What the classes are called (default "0", "1", …). */
  names?: readonly string[];
  /** Release of YOLOv5 whose rules an anchor-based head follows where they differ (default 7.0). */
  release?: V5Release;
}

/** The result of a forward pass. */
export interface Prediction {
  /** Predictions of each level before decoding, finest first, [N, h, w, outputs per cell]; perhaps prototypes after them. */
  raw: tf.Tensor4D[];
  /** In inference: boxes in pixels, probabilities and extras, [N, A, 4 + nc + extras] (v8) or [N, A, 5 + nc + extras] (v5). */
  decoded?: tf.Tensor3D;
}

/** A YOLO model of any task, built from a model file. The tree's names begin with `model.`, as in the checkpoints in the wild. */
export class DetectionModel extends Module {
  #config: ModelConfig;
  readonly layers: readonly ModelLayer[];
  readonly head: Head;
  /** The sides of images must be multiples of this many pixels: the coarsest map's stride. */
  readonly maxStride: number;
  readonly model: ModuleList<Module>;
  /** Class names by class number. */
  names: string[];
  readonly #lastUse: ReadonlyMap<number, number>;

  constructor(config: ModelConfig, options: DetectionModelOptions = {}) {
    super();
    this.#config = config;
    const { layers, head, maxStride } = buildLayers(config, options.release ?? "7.0");
    this.layers = layers;
    this.head = head;
    this.maxStride = maxStride;
    this.model = this.child("model", new ModuleList(layers.map((layer) => layer.module)));
    this.names = [...(options.names ?? Array.from({ length: config.nc }, (_, i) => String(i)))];
    if (this.names.length !== config.nc) {
      throw new LookonceError("ARGUMENT", `${config.name}: ${this.names.length} names for ${config.nc} classes`);
    }
    this.#lastUse = new Map(layers.flatMap((layer) => layer.sources.map((source) => [source, layer.index] as const)));
    if (options.rng !== undefined) {
      initialize(this, options.rng);
      head.copyBranches();
    }
    head.resetBiases();
    for (const module of this.namedModules().values()) {
      if (module instanceof BatchNorm2d) Object.assign(module, head.batchNorm);
    }
  }

  /** What it is built from, with the anchors that it has. */
  get config(): ModelConfig {
    return this.#config;
  }

  /** As its head's, like those below: the family whose rules apply. */
  get family(): string {
    return this.head.family;
  }

  get task(): string {
    return this.head.task;
  }

  get nc(): number {
    return this.head.nc;
  }

  /** Numbers of an anchor after its classes: mask coefficients, keypoints, an angle. */
  get extras(): number {
    return this.head.extras;
  }

  /** Pixels per cell of each level, finest first. */
  get strides(): number[] {
    return [...this.head.strides];
  }

  /** Bins per side of a box; 0 for v5. */
  get regMax(): number {
    return this.head.regMax;
  }

  /** Anchors in cells, [level][anchor] = [width, height]; empty for v8. */
  get anchors(): [number, number][][] {
    return this.head.anchors.map((level) => level.map(([width, height]) => [width, height]));
  }

  /**
   * Replaces the anchors of an anchor-based head, and those that the model file names, which are saved with the model.
   *
   * @param pixels [level][anchor] = [width, height] in pixels, finest level first
   * @throws LookonceError `ARGUMENT` for another number of them, or a model without anchors
   */
  setAnchors(pixels: readonly (readonly (readonly [number, number])[])[]): void {
    if (!(this.head instanceof DetectV5)) {
      throw new LookonceError("ARGUMENT", `${this.config.name}: the model has no anchors`);
    }
    this.head.setAnchors(pixels);
    const { source, name, channels } = this.#config;
    if (source.anchors === undefined) return;
    const anchors = pixels.map((level) => level.flat());
    this.#config = parseModelConfig({ ...source, anchors }, { name, channels });
  }

  /**
   * Predictions for images x [N, H, W, channels], RGB from 0 to 1, both sides multiples of the largest stride.
   *
   * In training only `raw`; in inference `decoded` too. Nothing else of the pass stays in memory.
   *
   * @param drawn in training, what `head.draw` returned for the batch. Default: nothing is dropped
   */
  forward(x: tf.Tensor4D, drawn: Readonly<Record<string, tf.Tensor>> = {}): Prediction {
    this.#checkInput(x);
    if (this.training) return { raw: tf.tidy(() => this.#raw(x, drawn)) };
    return tf.tidy(() => {
      const raw = this.#raw(x);
      return { raw, decoded: this.head.decode(raw) };
    });
  }

  /**
   * The maps of every layer but the head, one after another, for looking inside; the caller disposes of them. A layer has
   * one, but for CBLinear.
   *
   * @param x as in {@link forward}
   */
  features(x: tf.Tensor4D): tf.Tensor4D[][] {
    this.#checkInput(x);
    return tf.tidy(() => {
      const outputs: tf.Tensor4D[][] = [];
      for (const layer of this.layers) {
        if (!(layer.module instanceof Head)) outputs.push(applyLayer(layer, inputsOf(layer, x, outputs)));
      }
      return outputs;
    });
  }

  #raw(x: tf.Tensor4D, drawn: Readonly<Record<string, tf.Tensor>> = {}): tf.Tensor4D[] {
    const outputs: (tf.Tensor4D[] | undefined)[] = [];
    for (const layer of this.layers) {
      const inputs = inputsOf(layer, x, outputs);
      if (layer.module instanceof Head) return layer.module.forward(inputs, drawn);
      outputs.push(tf.tidy(() => applyLayer(layer, inputs)));
      for (const source of new Set(layer.sources)) {
        if (source < 0 || this.#lastUse.get(source) !== layer.index) continue;
        tf.dispose(outputs[source]);
        outputs[source] = undefined;
      }
    }
    throw new LookonceError("ARGUMENT", `${this.config.name}: the last layer must be a head, such as Detect`);
  }

  #checkInput(x: tf.Tensor4D): void {
    const [, height, width, channels] = x.shape;
    const { maxStride } = this;
    if (channels === this.config.channels && height % maxStride === 0 && width % maxStride === 0) return;
    throw new LookonceError(
      "ARGUMENT",
      `the model accepts images [N, height, width, ${this.config.channels}] with sides that are multiples of ${maxStride}, but got [${x.shape.join(", ")}]`,
    );
  }
}

function applyLayer({ module }: ModelLayer, inputs: tf.Tensor4D[]): tf.Tensor4D[] {
  const x = inputs[0] as tf.Tensor4D;
  if (module instanceof Split) return module.forward(x);
  if (module instanceof Join) return [module.forward(inputs)];
  return [(module as Layer).forward(x)];
}
