import type { Document } from "@lookonce/documents";
import { didYouMean, LookonceError, show } from "@lookonce/errors";
import type { ActivationName } from "../functional/silu.ts";
import { parseActivation } from "./activation-name.ts";
import { resolveAnchors } from "./anchor-presets.ts";
import { isKeypointShape, keypointShapeExpected } from "./args.ts";
import { readDocument } from "./document.ts";
import { familyOfFile, mixedHeads, namedFamilies } from "./family-signs.ts";
import { chooseScale, type ScaleFactors } from "./scale.ts";

/** One layer of a model file. */
export interface ConfigLayer {
  /** Place in the file's two tables together. */
  index: number;
  /** As it is written: negative counts back, others are indices. */
  from: number | number[];
  /** The layers this one reads; −1 is the image. */
  sources: number[];
  /** As it is written, before scaling by depth. */
  repeats: number;
  /** Module, without `nn.` */
  name: string;
  /** With None, nc and anchors replaced by their values. */
  args: unknown[];
}

/** A model file, checked and with its defaults filled in. */
export interface ModelConfig extends ScaleFactors {
  /** What errors call it. */
  name: string;
  /** Number of classes. */
  nc: number;
  /** Channels of the image. */
  channels: number;
  activation: ActivationName;
  /** Bins per side of an anchor-free box. */
  regMax: number;
  /** Number of keypoints and of values of each, of models that predict any (`kpt_shape`). */
  keypointShape: readonly [count: number, values: number] | undefined;
  /** Whether the head has a second branch, which finds every object once (`end2end`, Ultralytics 8.4). */
  endToEnd: boolean;
  /** Whose rules apply, where the head has no anchors: the file's `family`, or what its layers and keys are signs of. */
  family: string;
  /** How many of the layers are the backbone. */
  backboneLayers: number;
  layers: ConfigLayer[];
  /** The plain object; parsing it returns this configuration again. */
  source: Record<string, unknown>;
}

/** Options of {@link parseModelConfig}. */
export interface ParseModelConfigOptions {
  /** File or model name, for errors and for the scale (default the object's `yaml_file`, or "model"). */
  name?: string;
  /** Number of classes in place of the file's. */
  nc?: number;
  /** Number of keypoints and of values of each in place of the file's. */
  keypointShape?: readonly [count: number, values: number];
  /** Key of `scales` in place of the file's. */
  scale?: string;
  /** Channels of the image (default the file's `ch` or `channels`, or 3). */
  channels?: number;
}

/** Most classes, channels of the image, and bins: far beyond any use, but small enough to count in reasonable time. */
const largest = 100_000;

/** Most layers that one reads from. */
const maxSources = 100;

/** Most repeats of one layer, before scaling by depth. */
const maxRepeats = 1000;

const knownKeys = [
  "nc",
  "ch",
  "channels",
  "scales",
  "scale",
  "depth_multiple",
  "width_multiple",
  "max_channels",
  "activation",
  "anchors",
  "family",
  "kpt_shape",
  "reg_max",
  "end2end",
  "backbone",
  "head",
  "names",
  "yaml_file",
];

/**
 * Reads a model file: the text of a YAML, or the plain object that a checkpoint contains.
 *
 * @throws LookonceError `ARGUMENT` or `FORMAT` that names the file, the layer and the reason
 */
export function parseModelConfig(input: string | object, options: ParseModelConfigOptions = {}): ModelConfig {
  const document = readDocument(input, options.name ?? "model");
  const name = options.name ?? (typeof document.yaml_file === "string" ? document.yaml_file : "model");
  const file = new ConfigFile(document, name);
  file.refuseMisspelled();
  const nc = file.positive("nc", options.nc ?? document.nc ?? 80);
  const channels = file.positive("ch", options.channels ?? document.ch ?? document.channels ?? 3);
  const factors = chooseScale(document, { name, scale: options.scale });
  const backbone = file.layers("backbone");
  const given = [...backbone, ...file.layers("head")];
  if (given.length === 0) throw file.error("has no layers");
  const keypointShape = file.keypointShape(options.keypointShape ?? document.kpt_shape);
  const values = { nc, anchors: resolveAnchors(document.anchors), keypointShape };
  const layers = given.map((layer, index) => file.layer(layer, { index, values }));
  const regMax = file.positive("reg_max", document.reg_max ?? 16);
  const endToEnd = file.flag("end2end", document.end2end ?? false);
  const origin = typeof document.yaml_file === "string" ? document.yaml_file : "";
  const signs = { modules: new Set(layers.map((layer) => layer.name)), origin, endToEnd, regMax };
  const family = file.family();
  const mixed = mixedHeads(signs, family);
  if (mixed !== undefined) throw file.error(mixed);
  return {
    name,
    nc,
    channels,
    ...factors,
    activation: parseActivation(document.activation, name),
    regMax,
    endToEnd,
    keypointShape,
    family: family ?? familyOfFile(signs),
    backboneLayers: backbone.length,
    layers,
    source: {
      ...document,
      ...{ nc, ch: channels },
      ...(factors.scale === undefined ? {} : { scale: factors.scale }),
      ...(keypointShape === undefined ? {} : { kpt_shape: keypointShape }),
    },
  };
}

interface LayerPlace {
  index: number;
  values: { nc: number; anchors: unknown; keypointShape: unknown };
}

/** The checks of one file, with its name in every error. */
class ConfigFile {
  readonly #document: Document;
  readonly #name: string;

  constructor(document: Document, name: string) {
    this.#document = document;
    this.#name = name;
  }

  error(reason: string): LookonceError {
    return new LookonceError("ARGUMENT", `${this.#name}: ${reason}`);
  }

  /** Keys of other programs are left alone; one that looks like a slip of the pen is not. */
  refuseMisspelled(): void {
    for (const key of Object.keys(this.#document)) {
      // Distances to long words take long, and no slip of the pen is that long.
      if (knownKeys.includes(key) || key.length < 5 || key.length > 40) continue;
      const hint = didYouMean(key, knownKeys);
      if (hint !== "") throw this.error(`unknown key "${key}".${hint}`);
    }
  }

  positive(key: string, value: unknown, most = largest): number {
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
    const range = (value as number) > most ? `from 1 to ${most}` : "of at least 1";
    throw this.error(`${key} is ${show(value)}: a whole number ${range} is expected`);
  }

  keypointShape(shape: unknown): ModelConfig["keypointShape"] {
    if (shape === undefined || shape === null) return undefined;
    if (isKeypointShape(shape)) return shape;
    throw this.error(`kpt_shape is ${show(shape)}: ${keypointShapeExpected} is expected`);
  }

  flag(key: string, value: unknown): boolean {
    const known = resolvePython(value);
    if (typeof known === "boolean") return known;
    throw this.error(`${key} is ${show(value)}: True or False is expected`);
  }

  family(): string | undefined {
    const { family } = this.#document;
    if (family === undefined) return undefined;
    const known = namedFamilies.find((name) => name === family);
    if (known !== undefined) return known;
    throw this.error(`family is ${show(family)}: one of ${namedFamilies.join(", ")} is expected`);
  }

  layers(key: "backbone" | "head"): unknown[] {
    const layers = this.#document[key];
    if (Array.isArray(layers)) return layers;
    throw this.error(`${key} is ${layers === undefined ? "missing" : "not a list"}: a list of layers is expected`);
  }

  layer(layer: unknown, { index, values }: LayerPlace): ConfigLayer {
    const where = `layer ${index}`;
    if (!Array.isArray(layer) || layer.length !== 4) {
      throw this.error(`${where} is ${show(layer)}: [from, repeats, module, arguments] is expected`);
    }
    const [from, repeats, module, args] = layer as [unknown, unknown, unknown, unknown];
    if (typeof module !== "string" || module.length > 100) {
      throw this.error(`${where}: the module is ${show(module)}, not a name`);
    }
    const sources = (Array.isArray(from) ? from : [from]).map((source) => this.#source(source, index));
    if (sources.length > maxSources) {
      throw this.error(`${where} (${module}) reads from ${sources.length} layers: at most ${maxSources} are possible`);
    }
    if (sources.length === 0) throw this.error(`${where} (${module}) reads from no layer`);
    return {
      index,
      from: from as number | number[],
      sources,
      repeats: this.positive(`${where} (${module}): repeats`, repeats, maxRepeats),
      name: module.replace(/^(torch\.)?nn\./, ""),
      args: (Array.isArray(args) ? args : [args]).map((arg) => resolveArgument(arg, values)),
    };
  }

  #source(from: unknown, index: number): number {
    const source = typeof from === "number" && from < 0 ? index + from : from;
    if (Number.isInteger(source) && (source as number) >= -1 && (source as number) < index) return source as number;
    const earlier = index === 0 ? "only -1, the image, comes before it" : `the layers before it are 0 to ${index - 1}`;
    throw this.error(`layer ${index} reads from ${show(from)}, which does not exist: ${earlier}`);
  }
}

/** Model files come from Python: they write None, True and the names of other keys as bare words. */
function resolveArgument(arg: unknown, values: LayerPlace["values"]): unknown {
  if (arg === "nc") return values.nc;
  if (arg === "anchors") return values.anchors ?? null;
  if (arg === "kpt_shape") return values.keypointShape ?? null;
  return resolvePython(arg);
}

const python: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ["None", null],
  ["True", true],
  ["False", false],
]);

function resolvePython(value: unknown): unknown {
  return python.has(value) ? python.get(value) : value;
}
