import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";

/** Options of {@link tinyModel}. */
export interface TinyModelOptions {
  /** Default 2, or as many as there are names. */
  nc?: number;
  seed?: number;
  names?: readonly string[];
  /** Whose head it has. Default `"v8"`. */
  family?: "v5" | "v8";
}

/** The smallest model with a family's head: two levels, a handful of layers. Images' sides are multiples of 16. */
export function tinyModel(options: TinyModelOptions = {}): DetectionModel {
  const { nc = options.names?.length ?? 2, seed = 0, names, family = "v8" } = options;
  const anchors = [
    [10, 13, 16, 30],
    [30, 61, 62, 45],
  ];
  const config = parseModelConfig(
    {
      nc,
      backbone: [
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "C2f", [16, true]],
        [-1, 1, "Conv", [16, 3, 2]],
      ],
      head: [[[3, 4], 1, "Detect", { v8: ["nc"], v5: ["nc", "anchors"] }[family]]],
      ...{ v8: {}, v5: { anchors } }[family],
    },
    { name: "tiny.yaml" },
  );
  return new DetectionModel(config, { rng: new Random(seed), ...(names === undefined ? {} : { names }) });
}
