/** What a tiny detector is made of. */
export interface TinyModelOptions {
  /** Number of classes. Default 3. */
  nc?: number;
  /** The backbone: widths of convolutions of stride 2, other modules as in a model file. Default 8, 8, 16, 16, 16. */
  layers?: readonly (number | string)[];
  /** How many of the last layers are levels of the head. Default: as many as there are rows of anchors, else 3. */
  levels?: number;
  /** Makes it a YOLOv5: width and height of the anchors of each level, in pixels. */
  anchors?: readonly number[][] | undefined;
  /** Whether its head has a second branch, and distances without bins, as YOLO26's. */
  endToEnd?: boolean;
}

/** Returns the model file (YAML) of a detector of a few thousand parameters: quick to compile, too small to learn much. */
export function tinyModelYaml(options: TinyModelOptions = {}): string {
  const { nc = 3, layers = [8, 8, 16, 16, 16], anchors, levels = anchors?.length ?? 3, endToEnd = false } = options;
  const modules = layers.map((layer) => (typeof layer === "number" ? `Conv, [${layer}, 3, 2]` : layer));
  const from = Array.from({ length: levels }, (_, i) => layers.length - levels + i);
  return `nc: ${nc}
${endToEnd ? "end2end: true\nreg_max: 1\n" : ""}${anchors === undefined ? "" : `anchors: ${JSON.stringify(anchors)}\n`}backbone:
${modules.map((module) => `  - [-1, 1, ${module}]\n`).join("")}head:
  - [[${from.join(", ")}], 1, Detect, [${anchors === undefined ? "nc" : "nc, anchors"}]]
`;
}

/**
 * Returns the model file (YAML) of a model with a neck and strides 4 and 8, for three classes.
 *
 * @param head its module and arguments, where it is not a detector
 */
export const tinyNeckYaml = (family: "v5" | "v8", head?: string): string => `
nc: 3
anchors: [[4, 6, 10, 8], [16, 18, 24, 20]]
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, C2f, [16, True]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, SPPF, [16, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 2], 1, Concat, [1]]
  - [-1, 1, C3, [16, False]]
  - [[7, 4], 1, ${head ?? `Detect, ${{ v8: "[nc]", v5: "[nc, anchors]" }[family]}`}]
`;

/** A model file, as an object, with these factors of depth and width in place of its scales: of few layers and channels. */
export function slimModelFile(
  { scales: _, scale: __, ...file }: Readonly<Record<string, unknown>>,
  { depth, width }: { depth: number; width: number },
): Record<string, unknown> {
  return { ...file, depth_multiple: depth, width_multiple: width };
}

/** Which arguments of a module are widths inside of it, which no scale changes. */
const innerWidths: Readonly<Record<string, readonly number[]>> = {
  ...{ RepNCSPELAN4: [1, 2], ELAN1: [1, 2], SPPELAN: [1], CBLinear: [0] },
};

/** {@link slimModelFile} of a shipped model: of as few channels and layers as it can have, connected as it is. */
export function slimZooFile(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const tables = { backbone: source.backbone as Layer[], head: source.head as Layer[] };
  // Heads of attention have 32 channels, of which YOLO12's narrowest stage has 64 of 256
  const hasAreas = [...tables.backbone, ...tables.head].some(([, , name]) => name === "A2C2f");
  const width = hasAreas ? 0.25 : 0.03125;
  const scaled = (value: unknown): unknown => {
    return Array.isArray(value) ? value.map(scaled) : Math.ceil(((value as number) * width) / 8) * 8;
  };
  const slim = (layers: readonly Layer[]): Layer[] =>
    layers.map(([from, repeats, name, args]) => {
      return [from, repeats, name, args.map((arg, i) => (innerWidths[name]?.includes(i) ? scaled(arg) : arg))];
    });
  const slimTables = { backbone: slim(tables.backbone), head: slim(tables.head) };
  return { ...slimModelFile(source, { depth: 0.1, width }), ...slimTables };
}

type Layer = [from: unknown, repeats: number, name: string, args: unknown[]];
