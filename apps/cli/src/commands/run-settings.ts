import type { TrainOptions } from "lookonce";
import { choice, flag, integer, integers, number, type Option, type OptionValues, text } from "../options/option.ts";
import { givenRecipe } from "./recipe-options.ts";
import { imgszOption, type placeOptions } from "./shared-options.ts";

/** Values of {@link runOptions}. */
interface RunValues {
  epochs: number;
  imgsz: number;
  batch: number;
  amp: boolean | undefined;
  val: "every" | "last" | "never";
  patience: number;
  time: number | undefined;
  save_period: number;
  freeze: number[] | undefined;
  rect: boolean;
  multi_scale: boolean;
  image_weights: boolean;
  single_cls: boolean;
  fraction: number;
  seed: number;
  workers: number | undefined;
  cache: "auto" | "ram" | "disk" | "none";
  autoanchor: boolean;
  noautoanchor: boolean;
  hyp: string | undefined;
}

/** Options of a training that every way to train has. */
export const runOptions: { readonly [K in keyof RunValues]: Option<RunValues[K]> } = {
  epochs: integer({ help: "times to go through the data set", fallback: 100, min: 1 }),
  imgsz: imgszOption(640),
  batch: integer({ help: "images in a batch; -1 is the largest that fits into memory", fallback: 16, min: -1 }),
  amp: flag({ help: "train in mixed precision (default: on GPUs that gain by it)", fallback: undefined }),
  val: choice(["every", "last", "never"], {
    help: "epochs to validate after",
    fallback: "every",
    aliases: { true: "every", false: "never" },
  }),
  patience: integer({ help: "epochs without a fitter one after which to stop; 0 never does", fallback: 100, min: 0 }),
  time: number({ help: "hours after which to stop (default no limit)", fallback: undefined, min: 0 }),
  save_period: integer({ help: "keep the weights of every so many epochs; 0 keeps none", fallback: 0, min: 0 }),
  freeze: integers("rows whose weights stay as they are: 10 is the first ten, 0,1,2 are these"),
  rect: flag({ help: "group images of like shape, unshuffled and not augmented", fallback: false }),
  multi_scale: flag({ help: "give every batch another size, ±50 %", fallback: false }),
  image_weights: flag({ help: "show images of badly found classes more often", fallback: false }),
  single_cls: flag({ help: "take all objects as one class", fallback: false }),
  fraction: number({ help: "share of the training images to use", fallback: 1, min: 0, max: 1 }),
  seed: integer({ help: "seed of the images' order, of augmentation and of new weights", fallback: 0, min: 0 }),
  workers: integer({
    help: "threads that decode and augment (default: one less than there are cores)",
    fallback: undefined,
    min: 0,
  }),
  cache: choice(["auto", "ram", "disk", "none"], {
    help: "where decoded images are kept",
    fallback: "auto",
    aliases: { true: "ram", false: "none" },
  }),
  autoanchor: flag({ help: "fit YOLOv5's anchors to the data set where they do not fit", fallback: true }),
  noautoanchor: flag({ help: "leave YOLOv5's anchors alone, as autoanchor=false", fallback: false }),
  hyp: text({
    help: "hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file",
    expects: "preset|file.yaml",
    fallback: undefined,
  }),
};

interface SettingsValues extends RunValues, OptionValues<ReturnType<typeof placeOptions>> {
  data?: string | undefined;
}

/** What these options are for `YOLO.train`, with the recipe. */
export function runSettings(values: SettingsValues): Omit<TrainOptions, "resume"> {
  const { epochs, imgsz, batch, val, project, name, patience, rect, fraction, cache, exist_ok: existOk } = values;
  const { save_period: savePeriod, multi_scale: multiScale, image_weights: imageWeights } = values;
  const { single_cls: singleCls, autoanchor, noautoanchor, freeze } = values;
  return {
    ...{ epochs, imgsz, batch, val, project, name, existOk, patience, savePeriod, rect, fraction, cache },
    ...{ multiScale, imageWeights, singleCls, autoAnchor: autoanchor && !noautoanchor },
    ...given(values, ["data", "time", "workers", "hyp", "amp"]),
    ...(freeze === undefined ? {} : { freeze: rowsOf(freeze) }),
    recipe: givenRecipe({ ...values }),
  };
}

/** One number is how many of the first rows, several are the rows. */
function rowsOf(numbers: readonly number[]): number | readonly number[] {
  return numbers.length === 1 ? (numbers[0] as number) : numbers;
}

/** The values of these keys that are given. */
function given<T extends object, K extends keyof T>(values: T, keys: readonly K[]): { [P in K]?: NonNullable<T[P]> } {
  const found = keys.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]);
  return Object.fromEntries(found) as { [P in K]?: NonNullable<T[P]> };
}
