import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";

/** The smallest model with YOLOv8's head: two levels, a handful of layers. Pictures' sides are multiples of 16. */
export function tinyModel(options: { nc?: number; seed?: number; names?: readonly string[] } = {}): DetectionModel {
  const { nc = options.names?.length ?? 2, seed = 0, names } = options;
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
      head: [[[3, 4], 1, "Detect", ["nc"]]],
    },
    { name: "tiny.yaml" },
  );
  return new DetectionModel(config, { rng: new Random(seed), ...(names === undefined ? {} : { names }) });
}
