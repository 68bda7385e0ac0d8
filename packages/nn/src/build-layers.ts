import { didYouMean, LookonceError, show } from "@lookonce/errors";
import { resolveAnchors } from "./config/anchor-presets.ts";
import { Args } from "./config/args.ts";
import { boxBiasOf } from "./config/family-signs.ts";
import type { ConfigLayer, ModelConfig } from "./config/model-config.ts";
import type { BuildContext, ModuleSpec, V5Release } from "./config/module-spec.ts";
import { multipleOf8, scaleRepeats } from "./config/scale.ts";
import { Sequential } from "./containers.ts";
import { Head } from "./head.ts";
import { Join, Layer, type Module, Split } from "./module.ts";
import { registeredModules } from "./modules/table.ts";
import type { Cost, Shape } from "./shape.ts";

/** A layer of the model with its module. */
export interface ModelLayer extends Omit<ConfigLayer, "args" | "repeats"> {
  /** Repeats after scaling by depth. */
  repeats: number;
  /** The module's arguments after scaling. */
  args: unknown[];
  /** Which map it reads of each source that has several; none after the last one named. */
  parts?: readonly number[];
  module: Module;
}

/** The result of {@link buildLayers}. */
export interface BuiltLayers {
  layers: ModelLayer[];
  head: Head;
  /** The sides of images must be multiples of this many pixels: those of a cell of the coarsest map. */
  maxStride: number;
}

/** The size at which the shapes of a model under construction are followed: divisible by every usual stride. */
const probeSide = 256;

/** Largest side of a map for an image of that size; the largest that the zoo makes is the image itself. */
const largestSide = 16 * probeSide;

/** Most repeats of one layer after scaling by depth; the zoo's most are 20. */
const maxRepeats = 1000;

/** The largest size of a model: 8 GB of parameters, 30 times the zoo's most, and 100 times its most modules. */
const maxSize = { parameters: 2 ** 31, modules: 100_000 };

/** Builds the module of every layer, following shapes to know the input channels of each. */
export function buildLayers(config: ModelConfig, release: V5Release): BuiltLayers {
  const layers: ModelLayer[] = [];
  const shapes: Shape[][] = [];
  let head: Head | undefined;
  let size = { parameters: 0, modules: 0 };
  requireKnownModules(config);
  for (const layer of config.layers) {
    const where = `${config.name}, layer ${layer.index} (${layer.name})`;
    const image: Shape = [probeSide, probeSide, config.channels];
    const built = buildLayer(config, layer, { where, inputs: inputsOf(layer, image, shapes), release });
    checkParts(built, shapes, where);
    const inputs = inputsOf(built, image, shapes);
    size = checkSize(size, built.module, where);
    layers.push(built);
    if (built.module instanceof Head) {
      const next = config.layers[layer.index + 1];
      if (next !== undefined) {
        const reason = `a model has one head, its last layer, but layer ${next.index} (${next.name}) comes after this one`;
        throw new LookonceError("ARGUMENT", `${where}: ${reason}`);
      }
      head = built.module;
      const levels = head.outputShapes(inputs);
      head.setStrides(head.splitMaps(levels).levels.map(([height]) => probeSide / height));
      checkBranches(head, config, where);
    } else {
      shapes.push(shapesOf(built.module, inputs, { where }));
    }
  }
  if (head === undefined)
    throw new LookonceError("ARGUMENT", `${config.name}: the last layer must be a head, such as Detect`);
  // A map may be coarser than any that the head reads, as in a model without its coarsest level.
  const strides = shapes
    .flat()
    .map(([height]) => probeSide / height)
    .filter((stride) => Number.isInteger(stride));
  return { layers, head, maxStride: Math.max(...strides, ...head.strides) };
}

/** Fails for modules that are not known: in a file of one's own most likely typos, in a checkpoint a newer family's. */
function requireKnownModules({ name, layers, source }: ModelConfig): void {
  const unknown = layers.filter((layer) => !registeredModules.has(layer.name));
  const [first] = unknown;
  if (first === undefined) return;
  const known = [...registeredModules.keys()];
  const origin = source.yaml_file;
  if (typeof origin !== "string") {
    const reason = `unknown module "${first.name}"; known are ${known.join(", ")}.${didYouMean(first.name, known)}`;
    throw new LookonceError("ARGUMENT", `${name}, layer ${first.index} (${first.name}): ${reason}`);
  }
  const names = [...new Set(unknown.map((layer) => layer.name))];
  const parts = names.slice(0, 8).map((module) => {
    const indices = unknown.filter((layer) => layer.name === module).map(({ index }) => index);
    return `${module} (layer${indices.length > 1 ? "s" : ""} ${indices.join(", ")})`;
  });
  throw new LookonceError(
    "UNSUPPORTED",
    `${name} is a model of ${show(origin)}, which has modules that this version of lookonce does not know: ${parts.join(", ")}. ` +
      `It knows the families YOLOv3, YOLOv5, YOLOv8, YOLOv9, YOLOv10, YOLO11, YOLO12 and YOLO26, with the modules ${known.join(", ")}`,
  );
}

/** Fails where the file asks for other branches than its head has. A classifier finds one answer either way. */
function checkBranches(head: Head, { endToEnd, source }: ModelConfig, where: string): void {
  const isDual = head.branches.length > 1;
  if (endToEnd && !isDual && head.anchors.length > 0) {
    const reason = "end2end is True, but a head with anchors has no branch that finds every object once";
    throw new LookonceError("ARGUMENT", `${where}: ${reason}: leave end2end, or the anchors out`);
  }
  if (!endToEnd && isDual && source.end2end !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `${where}: end2end is False, but this head always has two branches: use Detect`,
    );
  }
}

/** What a layer reads: the image, or of each source the map that it selects, the first one where it does not. */
export function inputsOf<T>(
  { sources, parts }: Pick<ModelLayer, "sources" | "parts">,
  image: T,
  outputs: readonly (readonly T[] | undefined)[],
): T[] {
  return sources.map((source, i) => (source < 0 ? image : (outputs[source]?.[parts?.[i] ?? 0] as T)));
}

/** Fails where a layer reads a map that its source does not have, or does not say which of several. */
function checkParts({ sources, parts }: ModelLayer, shapes: readonly Shape[][], where: string): void {
  for (const [i, source] of sources.entries()) {
    const count = source < 0 ? 1 : (shapes[source] as Shape[]).length;
    const part = parts?.[i];
    if (part === undefined && count > 1) {
      const reason = `reads from layer ${source}, which outputs ${count} maps: only CBFuse selects one of several`;
      throw new LookonceError("ARGUMENT", `${where}: ${reason}`);
    }
    if (part === undefined || part < count) continue;
    const reason = `selects map ${part}, counted from 0, of layer ${source}, which outputs ${count}`;
    throw new LookonceError("ARGUMENT", `${where}: ${reason}`);
  }
}

/** The size with one more layer, which fails where a model is too large, or a tensor empty or no whole number wide. */
function checkSize(before: typeof maxSize, module: Module, where: string): typeof maxSize {
  for (const [name, { shape }] of module.parameterSlots()) {
    if (shape.every((side) => Number.isSafeInteger(side) && side > 0)) continue;
    const reason = `its ${name} would be ${shape.join("x")}: no channels are left, or no whole number of them`;
    throw new LookonceError("ARGUMENT", `${where}: ${reason}`);
  }
  const parameters = before.parameters + module.parameterCount;
  const size = { parameters, modules: before.modules + module.namedModules().size };
  for (const name of ["parameters", "modules"] as const) {
    if (size[name] <= maxSize[name]) continue;
    const most = `at most ${maxSize[name].toLocaleString("en")} are possible`;
    throw new LookonceError(
      "ARGUMENT",
      `${where}: with it the model has ${size[name].toLocaleString("en")} ${name}, ${most}`,
    );
  }
  return size;
}

/** The shapes of what any module but a head returns: one map, but for a {@link Split}. */
export function shapesOf(module: Module, inputs: Shape[], { where, cost }: { where: string; cost?: Cost }): Shape[] {
  try {
    if (module instanceof Split) return module.outputShapes(inputs[0] as Shape, cost).map(checked);
    if (module instanceof Join) return [checked(module.joinedShape(inputs, cost))];
    return [checked(module.outputShape(inputs[0] as Shape, cost))];
  } catch (cause) {
    if (!(cause instanceof LookonceError)) throw cause;
    throw new LookonceError(cause.code, `${where}: ${cause.message}`, { cause });
  }
}

function checked(shape: Shape): Shape {
  if (Math.max(shape[0], shape[1]) > largestSide) {
    const size = `${shape[0]}x${shape[1]}`;
    throw new LookonceError("ARGUMENT", `the map is ${size} here for an image of ${probeSide}x${probeSide}: too large`);
  }
  if (!shape.every(Number.isInteger)) {
    throw new LookonceError("ARGUMENT", `the map or its channels do not divide evenly here (${shape.join("x")})`);
  }
  if (shape[0] >= 1 && shape[1] >= 1) return shape;
  throw new LookonceError("ARGUMENT", `nothing is left of the image here (${shape[0]}x${shape[1]})`);
}

function buildLayer(
  config: ModelConfig,
  layer: ConfigLayer,
  { where, inputs, release }: { where: string; inputs: Shape[]; release: V5Release },
): ModelLayer {
  const spec = registeredModules.get(layer.name) as ModuleSpec;
  const args = new Args(layer.args, where);
  const channels = inputs.map((shape) => shape[2]);
  const repeats = scaleRepeats(layer.repeats, config.depth);
  if (!(repeats <= maxRepeats)) {
    throw args.error(
      `${layer.repeats} repeats scaled by ${config.depth} are ${repeats}: at most ${maxRepeats} are possible`,
    );
  }
  const context: BuildContext = {
    args,
    repeats,
    release,
    nc: config.nc,
    regMax: config.regMax,
    endToEnd: config.endToEnd,
    activation: config.activation,
    family: config.family,
    boxBias: boxBiasOf(config.family),
    bottleneckKernel: isAnchorBased(config) ? 1 : 3,
    scale: config.scale,
    depthwiseClasses: config.layers.some((other) => registeredModules.get(other.name)?.depthwiseClasses === true),
    scaleWidth: (count, { isInner = false } = {}) => scaleWidth(count, { ...config, isInner }),
    inputs: {
      channels,
      only: () => {
        if (channels.length === 1) return channels[0] as number;
        throw args.error(`accepts one input, but reads from ${channels.length} layers`);
      },
    },
  };
  const built = spec.build(context);
  args.finish();
  if (repeats === 1 || spec.repeatsInside === true) return { ...layer, repeats, ...built };
  if (!(built.module instanceof Layer)) throw args.error("cannot be repeated");
  // A chain: from the second on the input is the output of the first.
  const [, , out] = built.module.outputShape([probeSide, probeSide, context.inputs.only()]);
  const later = { ...context, inputs: { channels: [out], only: () => out } };
  const next = (): Layer => spec.build({ ...later, args: new Args(layer.args, where) }).module as Layer;
  const module = new Sequential(built.module, ...Array.from({ length: repeats - 1 }, next));
  return { ...layer, repeats, args: built.args, module };
}

/** Whether the head has anchors, or is cut out of a model that had. */
function isAnchorBased({ layers, family }: ModelConfig): boolean {
  const head = layers.at(-1);
  if (head === undefined) return false;
  return family === "v5" || registeredModules.get(head.name)?.isAnchorBased?.(head.args) === true;
}

/** As many channels as the head's output has stay as they are; others are cut, scaled and rounded up to a multiple of 8. */
function scaleWidth(
  count: number,
  { source, nc, width, maxChannels, family, isInner }: ModelConfig & { isInner: boolean },
): number {
  const anchors = resolveAnchors(source.anchors);
  const perLevel = Array.isArray(anchors) ? ((anchors[0] as unknown[] | undefined)?.length ?? 0) / 2 : anchors;
  // YOLOv5's classification models are cut out of detectors: no layer has as many channels as these have outputs.
  const kept = typeof perLevel === "number" ? perLevel * (nc + 5) : family === "v5" ? undefined : nc;
  return count === kept && !isInner ? count : multipleOf8(Math.min(count, maxChannels) * width);
}
