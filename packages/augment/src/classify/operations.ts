import { roundHalfEven } from "@lookonce/geometry";
import type { Image, Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  equalizeChannels,
  invert,
  posterize,
  solarize,
} from "./enhance.ts";
import { rotate, shearX, shearY, translateX, translateY } from "./transform-image.ts";

/** A change of an image's colors or geometry by an amount. */
export interface Operation {
  apply: (image: Image, amount: number) => Image;
  /** The amounts of the lowest and of the highest magnitude. Default: the operation has none. */
  range?: (size: Size) => readonly [lowest: number, highest: number];
  /** Whether amounts go either way. */
  isSigned?: boolean;
  /** Whether amounts are whole numbers. */
  isWhole?: boolean;
}

function signed(apply: Operation["apply"], ...range: readonly [number, number]): Operation {
  return { apply, range: () => range, isSigned: true };
}

/** Amounts of enhancements are differences from a factor of 1. */
function enhancement(adjust: Operation["apply"]): Operation {
  return signed((image, amount) => adjust(image, 1 + amount), 0, 0.9);
}

const longest = 150 / 331;

/** The name of one of {@link operations}. */
export type OperationName =
  | ("Identity" | "ShearX" | "ShearY" | "TranslateX" | "TranslateY" | "Rotate")
  | ("Brightness" | "Color" | "Contrast" | "Sharpness" | "Posterize" | "Solarize")
  | ("AutoContrast" | "Equalize" | "Invert");

/** The operations of AutoAugment and RandAugment (Cubuk et al. 2018, 2019) with the amounts of torchvision. */
export const operations: Readonly<Record<OperationName, Operation>> = {
  Identity: { apply: (image) => image },
  ShearX: signed(shearX, 0, 0.3),
  ShearY: signed(shearY, 0, 0.3),
  TranslateX: { apply: translateX, range: ({ width }) => [0, longest * width], isSigned: true },
  TranslateY: { apply: translateY, range: ({ height }) => [0, longest * height], isSigned: true },
  Rotate: signed(rotate, 0, 30),
  Brightness: enhancement(adjustBrightness),
  Color: enhancement(adjustSaturation),
  Contrast: enhancement(adjustContrast),
  Sharpness: enhancement(adjustSharpness),
  Posterize: { apply: posterize, range: () => [8, 4], isWhole: true },
  Solarize: { apply: solarize, range: () => [255, 0] },
  AutoContrast: { apply: autoContrast },
  Equalize: { apply: equalizeChannels },
  Invert: { apply: invert },
};

/** A magnitude: step 0 is the lowest of `steps` amounts. */
export interface Magnitude {
  step: number;
  steps: number;
}

/** The amount of an operation at a magnitude, without sign; 0 where it has none. */
export function amountAt({ range, isWhole }: Operation, { step, steps }: Magnitude, size: Size): number {
  if (range === undefined) return 0;
  const [lowest, highest] = range(size);
  const difference = ((highest - lowest) * step) / (steps - 1);
  return lowest + (isWhole ? roundHalfEven(difference) : difference);
}

/** Does an operation, either way with equal probability where its amount has a sign. */
export function applyOperation(image: Image, operation: Operation, magnitude: Magnitude, rng: Random): Image {
  const amount = amountAt(operation, magnitude, image);
  return operation.apply(image, operation.isSigned && rng.chance(0.5) ? -amount : amount);
}
