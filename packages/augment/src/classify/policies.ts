import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { applyOperation, type Magnitude, type Operation, type OperationName, operations } from "./operations.ts";

const { Invert: _, ...randAugmentOperations } = operations;
const randAugmentList: readonly Operation[] = Object.values(randAugmentOperations);

/**
 * Two operations of magnitude 9 of 31, drawn anew for each image (RandAugment: Cubuk et al. 2019, arXiv:1909.13719, with
 * torchvision's amounts).
 */
export function randAugment(image: Image, rng: Random): Image {
  let changed = image;
  for (let i = 0; i < 2; i++) {
    const operation = rng.choice(randAugmentList);
    changed = applyOperation(changed, operation, { step: 9, steps: 31 }, rng);
  }
  return changed;
}

/** An operation of a policy, its probability, and its magnitude of 10. */
interface Rule {
  operation: Operation;
  probability: number;
  step: number;
}

function rule(name: OperationName, probability: number, step = 0): Rule {
  return { operation: operations[name], probability, step };
}

/** The policies found on ImageNet (Cubuk et al. 2018, arXiv:1805.09501, table 9). */
const imageNetPolicies: readonly (readonly [Rule, Rule])[] = [
  [rule("Posterize", 0.4, 8), rule("Rotate", 0.6, 9)],
  [rule("Solarize", 0.6, 5), rule("AutoContrast", 0.6)],
  [rule("Equalize", 0.8), rule("Equalize", 0.6)],
  [rule("Posterize", 0.6, 7), rule("Posterize", 0.6, 6)],
  [rule("Equalize", 0.4), rule("Solarize", 0.2, 4)],
  [rule("Equalize", 0.4), rule("Rotate", 0.8, 8)],
  [rule("Solarize", 0.6, 3), rule("Equalize", 0.6)],
  [rule("Posterize", 0.8, 5), rule("Equalize", 1)],
  [rule("Rotate", 0.2, 3), rule("Solarize", 0.6, 8)],
  [rule("Equalize", 0.6), rule("Posterize", 0.4, 6)],
  [rule("Rotate", 0.8, 8), rule("Color", 0.4, 0)],
  [rule("Rotate", 0.4, 9), rule("Equalize", 0.6)],
  [rule("Equalize", 0), rule("Equalize", 0.8)],
  [rule("Invert", 0.6), rule("Equalize", 1)],
  [rule("Color", 0.6, 4), rule("Contrast", 1, 8)],
  [rule("Rotate", 0.8, 8), rule("Color", 1, 2)],
  [rule("Color", 0.8, 8), rule("Solarize", 0.8, 7)],
  [rule("Sharpness", 0.4, 7), rule("Invert", 0.6)],
  [rule("ShearX", 0.6, 5), rule("Equalize", 1)],
  [rule("Color", 0.4, 0), rule("Equalize", 0.6)],
  [rule("Equalize", 0.4), rule("Solarize", 0.2, 4)],
  [rule("Solarize", 0.6, 5), rule("AutoContrast", 0.6)],
  [rule("Invert", 0.6), rule("Equalize", 1)],
  [rule("Color", 0.6, 4), rule("Contrast", 1, 8)],
  [rule("Equalize", 0.8), rule("Equalize", 0.6)],
];

/** One of ImageNet's 25 policies, two operations each (AutoAugment: Cubuk et al. 2018, with torchvision's amounts). */
export function autoAugment(image: Image, rng: Random): Image {
  let changed = image;
  for (const { operation, probability, step } of rng.choice(imageNetPolicies)) {
    if (rng.chance(probability)) changed = applyOperation(changed, operation, { step, steps: 10 }, rng);
  }
  return changed;
}

/** AugMix shifts by up to a third and keeps as few as no bits. */
const augMixOperations: readonly Operation[] = Object.values({
  ...randAugmentOperations,
  TranslateX: { ...operations.TranslateX, range: ({ width }) => [0, width / 3] },
  TranslateY: { ...operations.TranslateY, range: ({ height }) => [0, height / 3] },
  Posterize: { ...operations.Posterize, range: () => [4, 0] },
} satisfies Record<string, Operation>).filter((operation) => operation !== operations.Identity);

/**
 * The image mixed with three chains of one to three operations of severity below 3 (AugMix: Hendrycks et al. 2019,
 * arXiv:1912.02781, with torchvision's amounts).
 */
export function augMix(image: Image, rng: Random): Image {
  const own = rng.beta(1, 1);
  const chains = [0, 1, 2].map(() => rng.gamma(1));
  const total = chains.reduce((a, b) => a + b);
  const mixed = Float32Array.from(image.data, (level) => level * own);
  for (const chain of chains) {
    const depth = rng.integer(1, 4);
    let changed = image;
    for (let i = 0; i < depth; i++) {
      const magnitude: Magnitude = { step: rng.integer(0, 3), steps: 10 };
      changed = applyOperation(changed, rng.choice(augMixOperations), magnitude, rng);
    }
    const share = ((1 - own) * chain) / total;
    for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] as number) + (changed.data[i] as number) * share;
  }
  // Sums of shares come out a hair off whole levels
  const data = Uint8Array.from(mixed, (level) => Math.min(255, level + 1e-3));
  return { data, width: image.width, height: image.height };
}
