import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tinyModelYaml } from "@lookonce/testing";

/** Options of {@link tinyModel}. */
export interface TinyModelOptions {
  /** Default 2, or as many as there are names. */
  nc?: number;
  seed?: number;
  names?: readonly string[];
  /** Whose head it has. Default `"v8"`. */
  family?: "v5" | "v8" | "v26";
  /** The backbone; see `tinyModelYaml`. Its last two layers are the levels. */
  layers?: readonly (number | string)[];
}

/** Width and height of each level's anchors; a head without them is v8's. */
const anchors = {
  v5: [
    [10, 13, 16, 30],
    [30, 61, 62, 45],
  ],
  v8: undefined,
  v26: undefined,
};

/** The smallest model with a family's head: two levels, a handful of layers. Images' sides are multiples of 16. */
export function tinyModel(options: TinyModelOptions = {}): DetectionModel {
  const { nc = options.names?.length ?? 2, seed = 0, names, family = "v8" } = options;
  const { layers = [8, 16, 16, "C2f, [16, True]", 16] } = options;
  const yaml = tinyModelYaml({ nc, layers, levels: 2, anchors: anchors[family], endToEnd: family === "v26" });
  const config = parseModelConfig(yaml, { name: "tiny.yaml" });
  return new DetectionModel(config, { rng: new Random(seed), ...(names === undefined ? {} : { names }) });
}
